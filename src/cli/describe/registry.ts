import { type KubeObject, splitApiVersion } from "../../model/index.ts";
import { type Describer } from "./describer.ts";

type Load = () => Promise<Describer>;

const workload: Load = async () => (await import("./workload.ts")).describeWorkload;

const byKind: ReadonlyMap<string, Load> = new Map([
  ["/Pod", async () => (await import("./pod.ts")).describePod],
  ["/Node", async () => (await import("./node.ts")).describeNode],
  ["/Service", async () => (await import("./service.ts")).describeService],
  ["/Secret", async () => (await import("./data.ts")).describeSecret],
  ["/ConfigMap", async () => (await import("./data.ts")).describeConfigMap],
  ["/ReplicationController", workload],
  ["apps/Deployment", async () => (await import("./workload.ts")).describeDeployment],
  ["apps/ReplicaSet", workload],
  ["apps/StatefulSet", workload],
  ["apps/DaemonSet", workload],
  ["batch/Job", workload],
]);

/** The describer of an object's kind, else the generic one. */
export async function describerOf({ apiVersion, kind }: KubeObject): Promise<Describer> {
  const special = await byKind.get(`${splitApiVersion(apiVersion).group}/${kind}`)?.();
  return special ?? (await import("./generic.ts")).describeAny;
}
