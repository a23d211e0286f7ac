import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../test/kube/index.ts";
import { silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { type Cluster, createCluster, tokenAccess } from "../../cluster/index.ts";
import { formatAddress, formatCidr, type JsonObject, parseClusterId } from "../../model/index.ts";
import { createSimulatedCluster } from "../../sim/index.ts";
import { type NodeWatch } from "./model.ts";
import { watchNode } from "./watch.ts";

const log = silentLogger;

async function open(t: TestContext): Promise<Readonly<{ cluster: Cluster; end(): Promise<void> }>> {
  const simulated = await createSimulatedCluster({ controllers: false });
  t.after(() => simulated[Symbol.asyncDispose]());
  const { server, authority, token } = simulated;
  const access = await tokenAccess({ server, token }, { env: {}, clock: systemClock });
  const trusting = { ...access, tls: { ...access.tls, ca: authority } };
  const deps = { clock: systemClock, random: systemRandom, log };
  const cluster = createCluster(deps, { id: parseClusterId("here"), access: trusting });
  t.after(() => cluster[Symbol.asyncDispose]());
  return { cluster, end: async () => void (await simulated[Symbol.asyncDispose]()) };
}

const addNode = ({ api }: Cluster, name: string, podCIDR: string): Promise<JsonObject> =>
  api.json({ method: "POST", path: "/api/v1/nodes", body: { metadata: { name }, spec: { podCIDRs: [podCIDR] } } });

const addPod = ({ api }: Cluster, name: string, nodeName: string): Promise<JsonObject> =>
  api.json({
    method: "POST",
    path: "/api/v1/namespaces/default/pods",
    body: { metadata: { name }, spec: { nodeName, containers: [{ name: "web", image: "example.test/web:1" }] } },
  });

const seen = (watch: NodeWatch): unknown => {
  const { self, others, pods, complete } = watch.view();
  return {
    self: self?.podCidrs.map(formatCidr),
    others: others.map(({ name, podCidrs }) => [name, ...podCidrs.map(formatCidr)]),
    pods: pods.map(({ name, addresses }) => [name, ...addresses.map(formatAddress)]),
    complete,
  };
};

describe("what a node's agent hears of the API server", () => {
  it("is its node, the other nodes and its own pods, as they come and go", async (t) => {
    const { cluster } = await open(t);
    await addNode(cluster, "node-b", "10.244.2.0/24");
    await addNode(cluster, "node-a", "10.244.1.0/24");
    await addPod(cluster, "mine", "node-a");
    await addPod(cluster, "other", "node-b");
    await using watch = watchNode({ cluster, log }, { nodeName: "node-a" });
    let told = 0;
    watch.onChange(() => (told += 1));
    const expect = (expected: unknown): Promise<unknown> =>
      until(
        "the view is as expected",
        async () => JSON.stringify(seen(watch)) === JSON.stringify(expected) || undefined,
      );
    const others = [["node-b", "10.244.2.0/24"]];
    await expect({ self: ["10.244.1.0/24"], others, pods: [["mine"]], complete: true });
    assert.ok(told > 0);
    await addPod(cluster, "second", "node-a");
    await cluster.api.json({ method: "DELETE", path: "/api/v1/nodes/node-b" });
    await cluster.api.json({
      method: "DELETE",
      path: "/api/v1/namespaces/default/pods/mine",
      query: { gracePeriodSeconds: 0 },
    });
    await expect({ self: ["10.244.1.0/24"], others: [], pods: [["second"]], complete: true });
  });

  it("stays when the API server goes, which is told", async (t) => {
    const { cluster, end } = await open(t);
    await addNode(cluster, "node-a", "10.244.1.0/24");
    await using watch = watchNode({ cluster, log }, { nodeName: "node-a" });
    await until("it is complete", async () => watch.view().complete || undefined);
    await end();
    const failure = await until("it is told", async () => watch.view().failure);
    assert.equal(failure.code, "HEDDLE_CLUSTER_UNREACHABLE");
    assert.equal(watch.view().self?.name, "node-a");
    assert.equal(watch.view().complete, true);
  });
});
