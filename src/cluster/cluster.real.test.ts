import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createAuthority, lentKube, testNamespace, until } from "../../test/kube/index.ts";
import { type Cluster, type FollowEvent } from "./model.ts";
import { clusterOn, resourceOf } from "./objects/testing/real-cluster.ts";

const closed = { code: "HEDDLE_CLUSTER_CLOSED" };

describe("createCluster", () => {
  it("contacts nobody before it is asked", async (t) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    await using cluster = clusterOn(
      { server: `https://127.0.0.1:${address.port}`, ca: createAuthority("nobody").cert },
      { token: "t" },
    );
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    assert.equal(sockets.length, 0);
    await assert.rejects(cluster.discovery.resources());
    assert.ok(sockets.length > 0, "the server is the one that would have been contacted");
  });

  it("ends followers and port-forwards, and refuses what comes later, when it is disposed", async (t) => {
    const kube = await lentKube(t);
    if (kube === undefined) return;
    const cluster = clusterOn(kube, { token: kube.adminToken });
    t.after(() => cluster[Symbol.asyncDispose]());
    const namespace = await testNamespace(t, kube);
    const configMaps = await resourceOf(cluster, "cm");
    const told: FollowEvent[] = [];
    const followed = (async () => {
      const never = new AbortController();
      for await (const event of cluster.follow(configMaps, { namespace, signal: never.signal })) told.push(event);
    })();
    await until("the first list", () => told.some(({ type }) => type === "synced"));
    await cluster.objects.create(configMaps, { metadata: { namespace, name: "followed" } });
    await until("the change to be told", () =>
      told.some(
        (event) => event.type === "changes" && event.changes.some(({ object }) => object.metadata.name === "followed"),
      ),
    );
    await createRunningPod(cluster, namespace);
    const forward = await cluster.pods.portForward({ namespace, pod: "running", port: 80, localPort: 0 });

    await cluster[Symbol.asyncDispose]();
    await followed;
    const socket = new Socket();
    socket.connect(forward.localPort, forward.localAddress);
    await assert.rejects(once(socket, "connect"), /ECONNREFUSED/);
    await assert.rejects(cluster.objects.list(configMaps), closed);
    await assert.rejects(cluster.pods.exec({ namespace, pod: "p" }, { command: ["true"] }), closed);
    await assert.rejects(cluster.discovery.find("a-kind-that-is-not-kept"), closed);
    assert.deepEqual((await cluster.discovery.find("cm")).length, 1, "what is known needs nobody");
    const events = cluster.follow(configMaps, { namespace, signal: new AbortController().signal });
    for await (const event of events) assert.equal(event.type, "status", "and then it ends, with nothing to tell");
    await cluster[Symbol.asyncDispose]();
  });
});

/** By its word: there is no kubelet. */
async function createRunningPod(cluster: Cluster, namespace: string): Promise<void> {
  const { objects } = cluster;
  const accounts = await resourceOf(cluster, "sa");
  const pods = await resourceOf(cluster, "po");
  await objects.create(accounts, { metadata: { namespace, name: "default" } });
  const spec = { containers: [{ name: "one", image: "one" }] };
  await objects.create(pods, { metadata: { namespace, name: "running" }, spec });
  const target = { namespace, name: "running", subresource: "status" };
  await objects.patch(pods, target, { type: "merge", patch: { status: { phase: "Running" } } });
}
