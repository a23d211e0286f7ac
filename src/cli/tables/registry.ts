import { type Resource, resourceName } from "../../model/index.ts";
import { ageColumn, nameColumn, type Table, type TablesByName } from "./column.ts";

type Load = () => Promise<Readonly<{ tables: TablesByName }>>;

const pod: Load = () => import("./pod.ts");
const node: Load = () => import("./node.ts");
const event: Load = () => import("./event.ts");
const workloads: Load = () => import("./workloads.ts");
const batch: Load = () => import("./batch.ts");
const horizontalPodAutoscaler: Load = () => import("./horizontal-pod-autoscaler.ts");
const network: Load = () => import("./network.ts");
const storage: Load = () => import("./storage.ts");
const configuration: Load = () => import("./configuration.ts");
const access: Load = () => import("./access.ts");
const flowControl: Load = () => import("./flow-control.ts");
const dynamicResources: Load = () => import("./dynamic-resources.ts");

/** Loaded when first asked for: a command shows one or two kinds of some fifty. */
const builtIn: ReadonlyMap<string, Load> = new Map([
  ["pods", pod],
  ["nodes", node],
  ["events", event],
  ["deployments.apps", workloads],
  ["statefulsets.apps", workloads],
  ["daemonsets.apps", workloads],
  ["replicasets.apps", workloads],
  ["controllerrevisions.apps", workloads],
  ["replicationcontrollers", workloads],
  ["podtemplates", workloads],
  ["jobs.batch", batch],
  ["cronjobs.batch", batch],
  ["horizontalpodautoscalers.autoscaling", horizontalPodAutoscaler],
  ["services", network],
  ["endpoints", network],
  ["endpointslices.discovery.k8s.io", network],
  ["ingresses.networking.k8s.io", network],
  ["ingressclasses.networking.k8s.io", network],
  ["networkpolicies.networking.k8s.io", network],
  ["servicecidrs.networking.k8s.io", network],
  ["ipaddresses.networking.k8s.io", network],
  ["persistentvolumes", storage],
  ["persistentvolumeclaims", storage],
  ["storageclasses.storage.k8s.io", storage],
  ["volumeattachments.storage.k8s.io", storage],
  ["volumeattributesclasses.storage.k8s.io", storage],
  ["csinodes.storage.k8s.io", storage],
  ["csidrivers.storage.k8s.io", storage],
  ["csistoragecapacities.storage.k8s.io", storage],
  ["namespaces", configuration],
  ["configmaps", configuration],
  ["secrets", configuration],
  ["serviceaccounts", configuration],
  ["resourcequotas", configuration],
  ["limitranges", configuration],
  ["roles.rbac.authorization.k8s.io", configuration],
  ["clusterroles.rbac.authorization.k8s.io", configuration],
  ["customresourcedefinitions.apiextensions.k8s.io", configuration],
  ["apiservices.apiregistration.k8s.io", configuration],
  ["leases.coordination.k8s.io", configuration],
  ["priorityclasses.scheduling.k8s.io", configuration],
  ["runtimeclasses.node.k8s.io", configuration],
  ["poddisruptionbudgets.policy", configuration],
  ["rolebindings.rbac.authorization.k8s.io", access],
  ["clusterrolebindings.rbac.authorization.k8s.io", access],
  ["certificatesigningrequests.certificates.k8s.io", access],
  ["mutatingwebhookconfigurations.admissionregistration.k8s.io", access],
  ["validatingwebhookconfigurations.admissionregistration.k8s.io", access],
  ["validatingadmissionpolicies.admissionregistration.k8s.io", access],
  ["mutatingadmissionpolicies.admissionregistration.k8s.io", access],
  ["validatingadmissionpolicybindings.admissionregistration.k8s.io", access],
  ["mutatingadmissionpolicybindings.admissionregistration.k8s.io", access],
  ["flowschemas.flowcontrol.apiserver.k8s.io", flowControl],
  ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", flowControl],
  ["resourceclaims.resource.k8s.io", dynamicResources],
  ["resourceslices.resource.k8s.io", dynamicResources],
]);

/** The columns of a kind that Heddle knows by itself; undefined for all others. */
export async function builtInTable(resource: Resource): Promise<Table | undefined> {
  const name = resource.group === "events.k8s.io" ? resource.plural : resourceName(resource);
  return (await builtIn.get(name)?.())?.tables[name];
}

/** What can be said of any object. */
export const genericTable: Table = [nameColumn, ageColumn];

/** Names of every kind with a table, for the test that each of them loads. */
export const builtInNames: readonly string[] = [...builtIn.keys()];
