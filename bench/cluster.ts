import { createSeededRandom, silentLogger, systemClock } from "../src/base/index.ts";
import { type ApiClient, type ClusterAccess } from "../src/cluster/index.ts";
import { createApiClient } from "../src/cluster/http/client.ts";
import { type Resource } from "../src/model/index.ts";
import { type KubeCluster } from "../test/kube/index.ts";
import { type BenchPod, podsOf } from "./pods.ts";

/** Where a cluster is and who asks: what a process of its own is told on standard input. */
export type Question = Readonly<{ server: string; ca: string; token: string }>;

export const questionOf = ({ server, ca, adminToken }: KubeCluster): Question => ({ server, ca, token: adminToken });

/** By its administrator's token. */
export function accessOf({ server, ca, token }: Question): ClusterAccess {
  const credential = { description: "the bench's token", get: async () => ({ token }), invalidate: () => {} };
  return { server, tls: { ca, insecure: false }, credential, warnings: [] };
}

/** A client without a limit of its own on requests a second. */
export function clientOf(question: Question): ApiClient {
  const access = accessOf(question);
  const deps = { access, clock: systemClock, random: createSeededRandom(1), log: silentLogger };
  return createApiClient(deps, { userAgent: "heddle-bench" });
}

/** Pods, as discovery would tell of them. */
export const podResource: Resource = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: ["po"],
  categories: ["all"],
  subresources: [],
};

const namespacePath = "/api/v1/namespaces/default";
const inFlight = 50;

export type Filling = Readonly<{
  count: number;
  /** What is done to each pod before it is created. */
  adapt?: (pod: BenchPod, index: number) => BenchPod;
  say: (line: string) => void;
}>;

/** Creates pods of about 2.6 KB, with their status, in the namespace `default`. */
export async function fillPods(
  cluster: KubeCluster,
  { count, adapt = (pod) => pod, say }: Filling,
): Promise<readonly BenchPod[]> {
  await using client = clientOf(questionOf(cluster));
  const account = { metadata: { name: "default" } };
  await client.json({ method: "POST", path: `${namespacePath}/serviceaccounts`, body: account }).catch(() => {});
  const pods = podsOf(count).map(adapt);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let pod = pods[next++]; pod !== undefined; pod = pods[next++]) {
      const { status, ...desired } = pod;
      await client.json({ method: "POST", path: `${namespacePath}/pods`, body: desired });
      await setStatus(client, pod.metadata.name, status);
      if (next % 10_000 === 0) say(`${next} of ${count} pods`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return pods;
}

/** Merges into a pod's status, as its kubelet does. */
export const setStatus = (client: ApiClient, name: string, status: BenchPod["status"]): Promise<unknown> =>
  client.json({
    method: "PATCH",
    path: `${namespacePath}/pods/${name}/status`,
    body: { status },
    contentType: "application/merge-patch+json",
  });
