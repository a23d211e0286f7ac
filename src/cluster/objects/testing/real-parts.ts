import { type TestContext } from "node:test";
import { type HeddleError } from "../../../base/index.ts";
import { jsonAt, type JsonObject, type JsonValue, listAt } from "../../../model/index.ts";
import { type TestCluster, testKube, testNamespace } from "../../../../test/kube/index.ts";
import { type Cluster } from "../../model.ts";
import { clusterOn } from "./real-cluster.ts";

/** One real API server as two users see it, and a namespace to work in. */
export type Setting = Readonly<{ kube: TestCluster; cluster: Cluster; nobody: Cluster; namespace: string }>;

export const configMap = (namespace: string, name: string, data: JsonObject = {}): JsonObject => ({
  metadata: { namespace, name },
  data,
});

/** Of two containers, and no pods. */
export const deployment = (namespace: string, name: string): JsonObject => ({
  metadata: { namespace, name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: "one", image: "one" },
          { name: "two", image: "two" },
        ],
      },
    },
  },
});

export const pod = (namespace: string, name: string): JsonObject => ({
  metadata: { namespace, name, labels: { app: name } },
  spec: { containers: [{ name: "one", image: "one" }] },
});

export type Parts = Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>>;

/** Runs the parts one after the other on one real API server. */
export async function runParts(t: TestContext, parts: Parts): Promise<void> {
  const kube = await testKube(t);
  if (kube === undefined) return;
  await using cluster = clusterOn(kube, kube.credential);
  await using nobody = clusterOn(kube, { token: kube.stranger.token });
  const namespace = await testNamespace(t, kube);
  // Without controllers nobody makes it, and no pod may be without.
  if (kube.own) await kube.kubectl(["create", "serviceaccount", "default", "-n", namespace]);
  const setting = { kube, cluster, nobody, namespace };
  for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run(setting, t));
}

/** What the API server found wrong, one by one. */
export const causesOf = (error: HeddleError): readonly JsonValue[] =>
  listAt(error.details["status"] as JsonValue, "details", "causes");

export const dataOf = (object: JsonValue | undefined): JsonValue | undefined => jsonAt(object, "data");
