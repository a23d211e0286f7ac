import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { until } from "../../test/kube/until.ts";
import { silentLogger as log, systemClock as clock } from "../base/index.ts";
import { type JsonObject } from "../model/index.ts";
import { startAgent } from "./agent.ts";
import { standaloneNode } from "./node/watch.ts";
import { askStatus } from "./status/door.ts";
import { makeNamespace, whyNoNamespaces } from "./testing/namespace.ts";
import { makeTestNode, networkOf, type TestNode } from "./testing/node.ts";

const skip = whyNoNamespaces() ?? false;
const { signal } = new AbortController();

type Answer = Readonly<{ status: number | null; json: JsonObject }>;

/** Calls the installed plugin as a runtime does, with what the installed conflist says. */
async function call(
  { options }: TestNode,
  verb: string,
  pod: Readonly<{ id: string; netns: string; rest?: JsonObject }>,
): Promise<Answer> {
  const conflist = JSON.parse(await readFile(join(options.folders.confDir, "05-heddle.conflist"), "utf8"));
  const input = { ...conflist.plugins[0], name: conflist.name, cniVersion: conflist.cniVersion, ...pod.rest };
  const child = spawn(join(options.folders.binDir, "heddle-cni"), {
    env: {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: pod.id,
      CNI_NETNS: pod.netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: options.folders.binDir,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(input));
  const [text] = await Promise.all([Array.fromAsync(child.stdout), once(child, "close")]);
  const output = Buffer.concat(text).toString();
  return { status: child.exitCode, json: output === "" ? {} : JSON.parse(output) };
}

describe("the agent", { skip }, () => {
  it("installs its plugin, answers it, and leaves the conflist and pods alone when it ends", async (t) => {
    const node = await makeTestNode(t);
    const pod = makeNamespace(t, "pod");
    {
      await using agent = await node.start();
      await agent.installed;
      const added = await call(node, "ADD", { id: "a", netns: pod.path });
      assert.equal(added.status, 0, JSON.stringify(added.json));
      const again = await call(node, "ADD", { id: "a", netns: pod.path });
      assert.equal(again.json["code"], 100);
      const { problems, pods, plugin, lastError } = await agent.status();
      assert.deepEqual({ problems, pods, installed: plugin.installed }, { problems: [], pods: 1, installed: true });
      assert.equal(lastError?.code, 100);
    }
    assert.deepEqual(await readdir(node.options.folders.confDir), ["05-heddle.conflist"]);
    assert.ok(pod.succeeds("busybox", "ping", "-c", "1", "-W", "2", "10.244.1.1"));
  });

  it("does what was asked of it while it was away", async (t) => {
    const node = await makeTestNode(t);
    const pod = makeNamespace(t, "pod");
    {
      await using agent = await node.start();
      await agent.installed;
      assert.equal((await call(node, "ADD", { id: "a", netns: pod.path })).status, 0);
    }
    assert.equal((await call(node, "ADD", { id: "b", netns: pod.path })).json["code"], 11);
    assert.equal((await call(node, "DEL", { id: "a", netns: pod.path })).status, 0);
    assert.ok(pod.succeeds("ip", "link", "show", "dev", "eth0"), "the DEL must wait for the agent");
    await using agent = await node.start();
    await until("the DEL to be done", async () => (await agent.status()).pods === 0, { everyMs: 10 });
    assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
  });

  it("gives pods their network back at its start when their bridge went while it was away, and at once", async (t) => {
    const node = await makeTestNode(t);
    const pod = makeNamespace(t, "pod");
    {
      await using agent = await node.start();
      await agent.installed;
      assert.equal((await call(node, "ADD", { id: "a", netns: pod.path })).status, 0);
    }
    node.namespace.run("ip", "link", "delete", "cni-bridge0");
    // Not by a later look whether everything is as it should be.
    await using agent = await node.start({ reconcileEveryMs: 600_000 });
    const pings = (): boolean => pod.succeeds("busybox", "ping", "-c", "1", "-W", "1", "10.244.1.1");
    await until("the pod to be heard", async () => pings());
    await until("nothing to be wrong", async () => (await agent.status()).problems.length === 0);
  });

  it("gives out what pods held that went without a DEL, when nothing else is free", async (t) => {
    const node = await makeTestNode(t, networkOf("heddle", ["10.244.1.0/29", "fd00:10:244:1::/64"]));
    await using agent = await node.start();
    await agent.installed;
    const add = (id: string, pod: Readonly<{ path: string }>): Promise<Answer> =>
      call(node, "ADD", { id, netns: pod.path });
    const pods = Array.from({ length: 5 }, () => makeNamespace(t, "pod"));
    for (const [index, pod] of pods.entries()) assert.equal((await add(`old-${index}`, pod)).status, 0);
    const next = makeNamespace(t, "pod");
    assert.equal((await add("next", next)).json["code"], 102, "all are held by pods that live");
    const [gone, ...living] = pods;
    gone?.delete();
    // The kernel takes the links of a namespace that is gone in its own time.
    await until("the pod to have its address", async () => (await add("next", next)).status === 0);
    for (const pod of [next, ...living]) assert.ok(pod.succeeds("busybox", "ping", "-c", "1", "-W", "2", "10.244.1.1"));
    assert.equal((await agent.status()).pods, 5);
  });

  it("tells by its status door how it is, which pods it has, and its metrics", async (t) => {
    const node = await makeTestNode(t);
    const pod = makeNamespace(t, "pod");
    await using agent = await node.start();
    await agent.installed;
    const args = { rest: { args: {} } };
    await call(node, "ADD", { id: "a", netns: pod.path, ...args });
    await call(node, "ADD", { id: "b", netns: "/run/netns/hdl-nowhere" });
    const ask = (path: string): Promise<string> => askStatus(node.options.socketPath, path, signal);
    const status = JSON.parse(await ask("/status"));
    assert.deepEqual(
      status.ranges.map(({ first, used, free }: JsonObject) => [first, used, free]),
      [
        ["10.244.1.2", 1, 252],
        ["fd00:10:244:1::2", 1, 2 ** 64],
      ],
    );
    const [attachment] = JSON.parse(await ask("/pods"));
    assert.deepEqual(attachment.addresses, ["10.244.1.2", "fd00:10:244:1::2"]);
    const metrics = await ask("/metrics");
    assert.match(metrics, /^heddle_agent_requests_total\{verb="ADD",result="ok"\} 1$/m);
    assert.match(metrics, /^heddle_agent_request_seconds_bucket\{verb="ADD",le="\+Inf"\} 2$/m);
    assert.match(metrics, /^heddle_agent_addresses_used\{range="10\.244\.1\.2-10\.244\.1\.254"\} 1$/m);
    assert.match(metrics, /^heddle_agent_kernel_refusals_total\{errno="ENOENT"\} 1$/m);
    assert.match(metrics, /^heddle_agent_reconciliations_total\{result="ok"\} 1$/m);
    await assert.rejects(ask("/nothing"), /the agent answers 404/);
  });

  it("tells its metrics at an address too, where that is asked for", async (t) => {
    const { options } = await makeTestNode(t);
    await using agent = await startAgent(
      { clock, log, node: standaloneNode() },
      { ...options, metricsAddress: { host: "127.0.0.1", port: 0 } },
      AbortSignal.timeout(60_000),
    );
    const response = await fetch(`http://127.0.0.1:${agent.metricsAddress?.port}/metrics`);
    assert.match(await response.text(), /^heddle_agent_attachments 0$/m);
  });

  it("keeps its database where the network's configuration says, and refuses a network that names another", async (t) => {
    const plain = networkOf("heddle");
    const [plugin] = plain["plugins"] as readonly JsonObject[];
    const folder = await mkdtemp(join(tmpdir(), "heddle-database-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const database = join(folder, "kept/book.db");
    const network = { ...plain, cniVersion: "1.1.0", plugins: [{ ...plugin, heddle: { database } }] };
    const node = await makeTestNode(t, network);
    const pod = makeNamespace(t, "pod");
    await using agent = await node.start();
    await agent.installed;
    const elsewhere = { rest: { heddle: { database: "/elsewhere.db" } } };
    const { json } = await call(node, "ADD", { id: "a", netns: pod.path, ...elsewhere });
    assert.deepEqual(
      [json["code"], json["details"]],
      [7, `heddle.database: "/elsewhere.db": the agent of this node keeps its addresses in ${database}`],
    );
    const added = await call(node, "ADD", { id: "a", netns: pod.path });
    assert.deepEqual([added.status, added.json["cniVersion"]], [0, "1.1.0"], "the version that the author says");
    assert.equal((await agent.status()).database.path, database);
    await access(database);
  });

  it("mends the node's rules where its plugin cannot be installed", async (t) => {
    const { folder, namespace, options } = await makeTestNode(t);
    await writeFile(join(folder, "bin"), "in the way");
    await using _agent = await startAgent(
      { clock, log, node: standaloneNode() },
      { ...options, reconcileEveryMs: 100 },
      AbortSignal.timeout(60_000),
    );
    const hasTable = (): boolean => namespace.succeeds("nft", "list", "table", "inet", "heddle");
    await until("the table to be written", hasTable);
    namespace.run("nft", "delete", "table", "inet", "heddle");
    await until("the table to be written anew", hasTable);
  });

  it("is one on a node", async (t) => {
    const node = await makeTestNode(t);
    await using _agent = await node.start();
    await assert.rejects(node.start(), /another agent/);
  });
});
