import { type ApiClient } from "../../src/cluster/index.ts";
import { type JsonObject } from "../../src/model/index.ts";
import { type KubeCluster } from "../../test/kube/index.ts";
import { clientOf, fillPods, questionOf } from "../cluster.ts";
import { type BenchPod } from "../pods.ts";

/** HEDDLE_BENCH_PODS makes a trial smaller; what is kept is measured with 20,000. */
export const podCount = Number(process.env["HEDDLE_BENCH_PODS"] ?? 20_000);
export const shards = 4;

const nodes = 20;
const services = 50;

/**
 * A cluster of one busy namespace: pods of about 2.6 KB of which each quarter has one label, owned by the replica sets
 * of fifty deployments, on twenty nodes, selected by fifty services.
 */
export async function buildWorld(cluster: KubeCluster, say: (line: string) => void): Promise<readonly BenchPod[]> {
  await using client = clientOf(questionOf(cluster));
  for (let index = 0; index < nodes; index++)
    await client.json({ method: "POST", path: "/api/v1/nodes", body: { metadata: { name: `node-${index}` } } });
  const owners: JsonObject[] = [];
  for (let index = 0; index < services; index++) owners.push(await addService(client, `service-${index}`));
  return fillPods(cluster, {
    count: podCount,
    say,
    adapt: (pod, index) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        labels: { ...(pod.metadata["labels"] as JsonObject), shard: `${index % shards}` },
        ownerReferences: [owners[index % services] ?? {}],
      },
    }),
  });
}

/** A service and its replica set; resolves with the reference by which a pod names that one as its owner. */
async function addService(client: ApiClient, app: string): Promise<JsonObject> {
  const labels = { app };
  await client.json({
    method: "POST",
    path: "/api/v1/namespaces/default/services",
    body: { metadata: { name: app, labels }, spec: { selector: labels, ports: [{ port: 80 }] } },
  });
  const { metadata } = await client.json({
    method: "POST",
    path: "/apis/apps/v1/namespaces/default/replicasets",
    body: {
      metadata: { name: `${app}-5d4f8c7b9`, labels },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: app, image: "example.test/app:1" }] } },
      },
    },
  });
  const { name = "", uid = "" } = metadata as Readonly<{ name?: string; uid?: string }>;
  return { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
}
