import { type KubeObject, splitApiVersion } from "../object.ts";
import { apiServiceStatus } from "./api-service.ts";
import { certificateSigningRequestStatus } from "./certificate-signing-request.ts";
import { cronJobStatus } from "./cron-job.ts";
import { customResourceDefinitionStatus } from "./custom-resource-definition.ts";
import { daemonSetStatus } from "./daemon-set.ts";
import { deploymentStatus } from "./deployment.ts";
import { genericStatus } from "./generic.ts";
import { horizontalPodAutoscalerStatus } from "./horizontal-pod-autoscaler.ts";
import { jobStatus } from "./job.ts";
import { namespaceStatus } from "./namespace.ts";
import { nodeStatus } from "./node.ts";
import { persistentVolumeStatus } from "./persistent-volume.ts";
import { persistentVolumeClaimStatus } from "./persistent-volume-claim.ts";
import { podStatus } from "./pod.ts";
import { podDisruptionBudgetStatus } from "./pod-disruption-budget.ts";
import { replicaSetStatus } from "./replica-set.ts";
import { resourceClaimStatus } from "./resource-claim.ts";
import { serviceStatus } from "./service.ts";
import { statefulSetStatus } from "./stateful-set.ts";
import { type Status } from "./status.ts";

/** By group and kind: what is said of a kind holds for all its versions. */
const byKind: ReadonlyMap<string, (object: KubeObject) => Status> = new Map([
  ["/Pod", podStatus],
  ["/Node", nodeStatus],
  ["/Namespace", namespaceStatus],
  ["/Service", serviceStatus],
  ["/PersistentVolume", persistentVolumeStatus],
  ["/PersistentVolumeClaim", persistentVolumeClaimStatus],
  ["/ReplicationController", replicaSetStatus],
  ["apps/Deployment", deploymentStatus],
  ["apps/ReplicaSet", replicaSetStatus],
  ["apps/StatefulSet", statefulSetStatus],
  ["apps/DaemonSet", daemonSetStatus],
  ["batch/Job", jobStatus],
  ["batch/CronJob", cronJobStatus],
  ["autoscaling/HorizontalPodAutoscaler", horizontalPodAutoscalerStatus],
  ["policy/PodDisruptionBudget", podDisruptionBudgetStatus],
  ["apiextensions.k8s.io/CustomResourceDefinition", customResourceDefinitionStatus],
  ["apiregistration.k8s.io/APIService", apiServiceStatus],
  ["certificates.k8s.io/CertificateSigningRequest", certificateSigningRequestStatus],
  ["resource.k8s.io/ResourceClaim", resourceClaimStatus],
]);

/** Any object's state in one word with its reason: its kind's own rules, else the conventions of Kubernetes. */
export function statusOf(object: KubeObject): Status {
  const { group } = splitApiVersion(object.apiVersion);
  return (byKind.get(`${group}/${object.kind}`) ?? genericStatus)(object);
}
