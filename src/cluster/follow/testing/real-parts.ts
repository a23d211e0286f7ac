import { type TestContext } from "node:test";
import { type KubeCluster, kubeForTest } from "../../../../test/kube/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { clientOf, createNamespace } from "./real-follow.ts";

/** What a part of a test on a real API server gets: its administrator's client and a namespace of its own. */
export type Setting = Readonly<{ kube: KubeCluster; api: ApiClient; namespace: string }>;

export type Parts<S = Setting> = Readonly<Record<string, (setting: S) => Promise<void>>>;

/** Runs the parts one after the other on one real API server, each in a namespace of its own, after `prepare`. */
export async function runParts(
  t: TestContext,
  parts: Parts,
  prepare: (api: ApiClient) => Promise<void> = async () => {},
): Promise<void> {
  const kube = await kubeForTest(t, { etcd: "3.6" });
  if (kube === undefined) return;
  await using api = clientOf(kube, { credential: kube.adminToken });
  await prepare(api);
  for (const [index, [name, run]] of Object.entries(parts).entries()) {
    const namespace = await createNamespace(api, `part-${index}`);
    await t.test(name, () => run({ kube, api, namespace }));
    // What one part leaves would be in the lists of all that follow.
    await api.json({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps` });
  }
}
