import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../../src/agent/testing/namespace.ts";
import { networkOf } from "../../src/agent/testing/node.ts";
import { ensureClient } from "../kube/heddle-agent.ts";
import { run, until } from "../kube/index.ts";
import { sized } from "../size.ts";

const skip = whyNoNamespaces("busybox", "nft") ?? false;
const verbs = sized({ small: 500, full: 10_000 });
const kills = sized({ small: 20, full: 500 });
const runtimes = 6;
const launcher = join(import.meta.dirname, "../../bin/heddle");

type Row = Readonly<{ containerId: string; addresses: readonly string[] }>;

/** A node whose agent is a process that can be killed. */
async function startNode(t: TestContext) {
  ensureClient();
  const namespace = makeNamespace(t, "node");
  const folder = await mkdtemp(join(tmpdir(), "heddle-kills-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "network.json"), JSON.stringify(networkOf("heddle")));
  const socket = join(folder, "agent.sock");
  const enter = [`--net=${namespace.path}`, "--", process.execPath, launcher, "agent", "--socket", socket];
  const folders = [
    "--data",
    join(folder, "data"),
    "--cni-bin-dir",
    join(folder, "bin"),
    "--cni-conf-dir",
    join(folder, "net.d"),
  ];
  const log = openSync(join(folder, "agent.log"), "a");
  const start = (): ChildProcess =>
    spawn("nsenter", [...enter, "--standalone", "--network", join(folder, "network.json"), ...folders], {
      stdio: ["ignore", log, log],
    });
  let agent = start();
  t.after(() => agent.kill("SIGKILL"));
  const ask = async (what: string): Promise<never> =>
    JSON.parse(await run(["nsenter", ...enter, what, "-o", "json"])) as never;
  return {
    namespace,
    folder,
    answers: () =>
      until("the agent to answer", async () => (await ask("pods")) !== undefined, {
        timeoutMs: 60_000,
        failEarly: () =>
          assert.equal(agent.exitCode, null, readFileSync(join(folder, "agent.log"), "utf8").slice(-2000)),
      }),
    rows: async (): Promise<readonly Row[]> => ask("pods"),
    queued: () => readdirSync(join(folder, "data/queue")).filter((name) => !name.startsWith(".")).length,
    async killAndStart() {
      const ended = once(agent, "exit");
      agent.kill("SIGKILL");
      await ended;
      agent = start();
    },
  };
}

type Node = Awaited<ReturnType<typeof startNode>>;
type Answer = Readonly<{
  code: number | null;
  json: Readonly<{ code?: number; ips?: readonly { address: string }[] }>;
}>;

/** As a runtime calls it, by the installed conflist. */
async function call({ folder }: Node, verb: string, pod: Readonly<{ id: string; netns: string }>): Promise<Answer> {
  const { plugins, name, cniVersion } = JSON.parse(readFileSync(join(folder, "net.d/05-heddle.conflist"), "utf8"));
  const child = spawn(join(folder, "bin/heddle-cni"), {
    env: {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: pod.id,
      CNI_NETNS: pod.netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: join(folder, "bin"),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ ...plugins[0], name, cniVersion }));
  const [chunks] = await Promise.all([Array.fromAsync(child.stdout), once(child, "close")]);
  const text = Buffer.concat(chunks).toString();
  return { code: child.exitCode, json: text === "" ? {} : JSON.parse(text) };
}

type Living = Readonly<{ id: string; namespace: TestNamespace; addresses: readonly string[] }>;

/** One runtime: pods come and go in its namespace, one at a time, each of a container of its own; the last one stays. */
async function comeAndGo(
  node: Node,
  at: Readonly<{
    namespace: TestNamespace;
    living: Map<TestNamespace, Living>;
    isOver: () => boolean;
    onVerb: () => void;
  }>,
): Promise<void> {
  const { namespace, living, isOver, onVerb } = at;
  for (let count = 0; ; count++) {
    const pod = { id: `${namespace.name}-${count}`, netns: namespace.path };
    const added = await call(node, "ADD", pod);
    if (added.code === 0) {
      onVerb();
      const addresses = (added.json.ips ?? []).map(({ address }) => address.replace(/\/.*/, ""));
      for (const { id, addresses: held } of living.values())
        for (const address of addresses)
          assert.ok(!held.includes(address), `${address} is ${id}'s, and given to ${pod.id}`);
      living.set(namespace, { id: pod.id, namespace, addresses });
      if (Math.random() < 0.5) await sleep(Math.random() * 50);
      if (isOver()) return;
    } else {
      // 100: the pod before in this namespace was deleted while no agent ran, and its deletion still waits on disk.
      assert.ok([11, 100].includes(added.json.code ?? 0), JSON.stringify(added.json));
      await sleep(10);
    }
    const isKnown = living.delete(namespace);
    const deleted = await call(node, "DEL", pod);
    assert.equal(deleted.code, 0, JSON.stringify(deleted.json));
    if (isKnown) onVerb();
  }
}

async function isInOrder(node: Node, living: ReadonlyMap<TestNamespace, Living>): Promise<void> {
  await until("deletions to be carried out", async () => node.queued() === 0, { timeoutMs: 30_000 });
  const sorted = (rows: readonly Readonly<{ id: string; addresses: readonly string[] }>[]): unknown =>
    rows.map(({ id, addresses }) => [id, ...addresses].join(" ")).toSorted();
  const rows = async (): Promise<unknown> =>
    sorted(
      (await node.rows()).map(({ containerId: id, addresses }) => ({
        id,
        addresses: addresses.map((a) => a.replace(/\/.*/, "")),
      })),
    );
  assert.deepEqual(await rows(), sorted([...living.values()]), "the book is what lives");
  const veths = node.namespace.ip("link", "show", "type", "veth");
  assert.equal(veths.length, living.size, "a veth for each that lives");
  for (const { id, namespace, addresses } of living.values()) {
    assert.ok(namespace.succeeds("busybox", "ping", "-c", "1", "-W", "3", "10.244.1.1"), `${id} reaches its gateway`);
    for (const address of addresses)
      assert.ok(
        node.namespace.succeeds("busybox", address.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "3", address),
        `${id} answers at ${address}`,
      );
  }
}

describe("an agent that is killed at random while pods come and go", { skip }, () => {
  it(`gives no address twice and loses none over ${verbs} verbs and ${kills} kills, and every living pod talks`, async (t) => {
    const node = await startNode(t);
    await node.answers();
    const namespaces = Array.from({ length: runtimes }, (_, index) => makeNamespace(t, `p${index}`));
    const living = new Map<TestNamespace, Living>();
    const done = { verbs: 0, kills: 0 };
    const isOver = (): boolean => done.verbs >= verbs && done.kills >= kills;
    const kill = async (): Promise<void> => {
      for (; done.kills < kills; done.kills++) {
        if (Math.random() < 0.7) await node.answers();
        await sleep(Math.random() * 300);
        await node.killAndStart();
      }
    };
    const onVerb = (): void => void (done.verbs += 1);
    const stayers = Array.from({ length: 3 }, (_, index) => makeNamespace(t, `s${index}`));
    for (const namespace of stayers) await comeAndGo(node, { namespace, living, isOver: () => true, onVerb });
    await Promise.all([
      kill(),
      ...namespaces.map((namespace) => comeAndGo(node, { namespace, living, isOver, onVerb })),
    ]);
    assert.equal(living.size, runtimes + stayers.length);
    t.diagnostic(`${done.verbs} verbs, ${done.kills} kills, ${living.size} pods live`);
    await isInOrder(node, living);
    for (const { id, namespace } of living.values())
      assert.equal((await call(node, "DEL", { id, netns: namespace.path })).code, 0);
    await isInOrder(node, new Map());
  });
});
