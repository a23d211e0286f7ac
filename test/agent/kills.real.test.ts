import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../../src/agent/testing/namespace.ts";
import { until } from "../kube/index.ts";
import { sized } from "../size.ts";
import { type AgentNode, type Living, makeAgentNode, patience, type Pod } from "./node.ts";
import { addressesIn, isInOrder } from "./order.ts";

const skip = whyNoNamespaces("busybox", "nft", "unshare") ?? false;
const verbs = sized({ small: 500, full: 10_000 });
const kills = sized({ small: 20, full: 500 });
const runtimes = 6;
const stayers = 3;

/** How a pod ends. Of `died` and `collected` no DEL ever comes: the runtime is dead, and the namespace goes without it. */
type End =
  | "deleted"
  /** The runtime knows of it still: only the agent itself can find that it is gone. */
  | "died"
  /** No longer among the runtime's valid attachments. */
  | "collected";

/** What goes on: filled by the runtimes, read by all. */
type Town = Readonly<{
  namespaces: Set<TestNamespace>;
  node: AgentNode;
  living: Map<string, Living>;
  /** Ended without a DEL, of which the runtime still says that they are valid. */
  died: Set<string>;
  done: { verbs: number; pods: number; died: number; collected: number };
}>;

const wait = (upToMs: number): Promise<void> => sleep(Math.random() * upToMs);

const oneOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;

/** A namespace's end comes with its own deletion, not only with the test's: there are thousands. */
const namespaceFor = ({ namespaces }: Town): TestNamespace => {
  const namespace = makeNamespace({ after: () => {} }, "pod");
  namespaces.add(namespace);
  return namespace;
};

const endOf = ({ namespaces }: Town, namespace: TestNamespace): void => {
  namespaces.delete(namespace);
  namespace.delete();
};

/** Adds a pod of a container of its own, with a host port of its own; without addresses when it is to be tried again. */
async function add({ node, living, done }: Town, namespace: TestNamespace): Promise<Pod | Living> {
  const id = `pod-${done.pods++}`;
  const hostPort = 10_000 + (done.pods % 50_000);
  const runtimeConfig = { portMappings: [{ hostPort, containerPort: 80, protocol: "tcp" }] };
  const { status, json } = await node.call("ADD", { id, netns: namespace.path }, { runtimeConfig });
  if (status !== 0) {
    // 100: the deletion of the pod before in this namespace still waits on disk.
    assert.ok([11, 100].includes(json.code ?? 0), JSON.stringify(json));
    return { id, namespace };
  }
  done.verbs++;
  const addresses = addressesIn(json.ips);
  for (const other of living.values())
    for (const address of addresses)
      assert.ok(!other.addresses.includes(address), `${address} is ${other.id}'s, and given to ${id}`);
  const pod = { id, namespace, addresses, hostPort };
  living.set(id, pod);
  return pod;
}

async function del({ node, living, done }: Town, pod: Pod): Promise<void> {
  const wasLiving = living.delete(pod.id);
  const { status, json } = await node.call("DEL", { id: pod.id, netns: pod.namespace.path });
  assert.equal(status, 0, JSON.stringify(json));
  if (wasLiving) done.verbs++;
}

/** Whatever is not valid any more and has no interface goes; that others are not named takes nothing from them. */
async function collect({ node, died }: Town): Promise<void> {
  const valid = [...died].map((containerID) => ({ containerID, ifname: "eth0" }));
  const { status, json } = await node.call(
    "GC",
    { id: "", netns: "" },
    { cniVersion: "1.1.0", "cni.dev/valid-attachments": valid },
  );
  assert.ok(status === 0 || json.code === 11, JSON.stringify(json));
}

/** One runtime: pods come and go, one at a time; the last one stays. */
async function comeAndGo(town: Town, isOver: () => boolean): Promise<void> {
  let namespace = namespaceFor(town);
  for (;;) {
    const pod = await add(town, namespace);
    const isLiving = "addresses" in pod;
    await wait(50);
    if (isLiving && isOver()) return;
    // No agent: a runtime waits before it tries again.
    if (!isLiving) await wait(200);
    const end = oneOf<End>(["deleted", "deleted", "deleted", "died", "collected"]);
    if (end === "deleted") {
      await del(town, pod);
      continue;
    }
    // An ADD that nobody heard the end of may have been whole, half or nothing: its pod dies all the same.
    town.living.delete(pod.id);
    if (end === "died") town.died.add(pod.id);
    town.done[end]++;
    endOf(town, namespace);
    namespace = namespaceFor(town);
    if (end === "collected") await collect(town);
  }
}

async function killAndStart(node: AgentNode): Promise<void> {
  await node.end("SIGKILL");
  node.start();
}

describe("an agent that is killed at random while pods come and go, and runtimes die", { skip }, () => {
  it(`gives no address twice and loses none over ${verbs} verbs and ${kills} kills, and every living pod talks`, async (t) => {
    const node = await makeAgentNode(t);
    node.start();
    await node.answers();
    const done = { verbs: 0, pods: 0, died: 0, collected: 0 };
    const town: Town = { namespaces: new Set(), node, living: new Map(), died: new Set(), done };
    t.after(() => town.namespaces.forEach((namespace) => namespace.delete()));
    let killed = 0;
    const isOver = (): boolean => done.verbs >= verbs && killed >= kills;
    const kill = async (): Promise<void> => {
      for (; killed < kills; killed++) {
        if (Math.random() < 0.7) await node.answers();
        await wait(300);
        await killAndStart(node);
      }
    };
    for (let count = 0; count < stayers; count++) assert.ok("addresses" in (await add(town, namespaceFor(town))));
    await Promise.all([kill(), ...Array.from({ length: runtimes }, () => comeAndGo(town, isOver))]);
    const living = [...town.living.values()];
    assert.equal(living.length, runtimes + stayers);
    t.diagnostic(`${done.verbs} verbs, ${killed} kills; without a DEL: ${done.died} died, ${done.collected} collected`);
    // The kernel takes the links of a namespace that is gone in its own time.
    const veths = (): number => node.namespace().ip("link", "show", "type", "veth").length;
    await node.answers();
    await until("links of namespaces that are gone to go", () => veths() === living.length, patience);
    await killAndStart(node);
    await node.answers();
    await isInOrder(node, living);
    for (const pod of living) await del(town, pod);
    await isInOrder(node, []);
  });
});
