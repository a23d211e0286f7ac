import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { silentLogger as log, systemClock as clock } from "../../base/index.ts";
import { openAddressBook } from "../addresses/book.ts";
import { type AddressBook } from "../addresses/model.ts";
import { addRequest, bookPath, openTestNode, type TestNode } from "../attach/testing/node.ts";
import { type Asked } from "../cni/model.ts";
import { linkNameOf, shaperNameOf } from "../links/names.ts";
import { planDetach } from "../links/pod-plan.ts";
import { standaloneNode } from "../node/watch.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { recover, type Recovered } from "./recover.ts";

const skip = whyNoNamespaces() ?? false;
const { signal } = new AbortController();

const keyOf = (name: string) => addRequest("", name).key;

type Situation = TestNode & Readonly<{ pods: Readonly<Record<string, TestNamespace>> }>;

/** A node with pods that were added, each under the name of its container. */
async function withPods(t: TestContext, ...names: readonly string[]): Promise<Situation> {
  const node = await openTestNode(t);
  const pods: Record<string, TestNamespace> = {};
  for (const name of names) {
    const pod = makeNamespace(t, name);
    pods[name] = pod;
    await node.network.add(addRequest(pod.path, name), signal);
  }
  return { ...node, pods };
}

const recovered = ({ kernel }: TestNode, book: AddressBook): Promise<Recovered> =>
  recover({ kernel, book, node: standaloneNode(), log }, signal);

const pings = (from: TestNamespace | undefined, to: string): boolean =>
  from?.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", to) === true;

const names = (book: AddressBook): readonly string[] => book.attachments().map(({ key }) => key.containerId);

describe("an agent that starts", { skip }, () => {
  it("finds nothing to do where book and kernel agree", async (t) => {
    const node = await withPods(t, "a", "b");
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
  });

  it("takes in what the kernel holds when its database is gone, so that pods keep their addresses", async (t) => {
    const node = await withPods(t, "a", "b");
    const book = openAddressBook({ clock, log }, { path: await bookPath(t), bootId: "boot-1" });
    t.after(() => book[Symbol.asyncDispose]());
    const { done } = await recovered(node, book);
    assert.deepEqual(
      done.toSorted(),
      ["a", "b"].map((name) => `adopt heddle/${name}/eth0: the kernel has it and the database does not`),
    );
    const facts = (from: AddressBook) => from.attachments().map(({ key, addresses }) => ({ key, addresses }));
    assert.deepEqual(
      facts(book).toSorted((a, b) => (a.key.containerId < b.key.containerId ? -1 : 1)),
      facts(node.book),
    );
    assert.deepEqual(await recovered(node, book), { done: [], failed: [] });
    assert.ok(pings(node.pods["a"], "10.244.1.3") && pings(node.pods["b"], "fd00:10:244:1::2"));
  });

  it("takes away what a pod left that died when the database was gone", async (t) => {
    const node = await withPods(t, "lives");
    const dead = makeNamespace(t, "dead");
    const bandwidth = { ingressRate: 8_000_000, ingressBurst: 0, egressRate: 8_000_000, egressBurst: 0 };
    const asked: Asked = { addresses: [], portMappings: [], aliases: [], annotations: {}, bandwidth };
    await node.network.add(addRequest(dead.path, "dead", { asked }), signal);
    const key = keyOf("dead");
    dead.delete();
    // The kernel takes a namespace's links away in its own time.
    await node.kernel.run({ operations: [{ op: "link.delete", in: "node", name: linkNameOf(key) }] });
    const book = openAddressBook({ clock, log }, { path: await bookPath(t), bootId: "boot-1" });
    t.after(() => book[Symbol.asyncDispose]());
    assert.deepEqual((await recovered(node, book)).done, [
      "adopt heddle/lives/eth0: the kernel has it and the database does not",
      `sweep 10.244.1.3 on cni-bridge0 and fd00:10:244:1::3 on cni-bridge0 and ${shaperNameOf(key)}: it is nobody's any more`,
    ]);
    assert.deepEqual(await recovered(node, book), { done: [], failed: [] });
    assert.ok(pings(node.pods["lives"], "10.244.1.1"));
  });

  it("takes in host ports with the pods that they lead to when its database is gone", async (t) => {
    const node = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const hostIp = { family: 4, value: 0xc0000201n } as const;
    const portMappings = [
      { hostPort: 8080, containerPort: 80, protocol: "tcp" },
      { hostPort: 5353, containerPort: 53, protocol: "udp", hostIp },
    ] as const;
    const asked: Asked = { addresses: [], portMappings, aliases: [], annotations: {} };
    await node.network.add(addRequest(pod.path, "a", { asked }), signal);
    const book = openAddressBook({ clock, log }, { path: await bookPath(t), bootId: "boot-1" });
    t.after(() => book[Symbol.asyncDispose]());
    assert.equal((await recovered(node, book)).done.length, 1);
    const portsIn = (from: AddressBook) =>
      from.find(keyOf("a"))?.link.ports?.toSorted((a, b) => a.hostPort - b.hostPort);
    assert.deepEqual(
      portsIn(book),
      portsIn(node.book)?.toSorted((a, b) => a.hostPort - b.hostPort),
    );
  });

  it("writes its database anew when that was deleted under it", async (t) => {
    const node = await withPods(t, "a");
    await rm(node.path);
    assert.deepEqual((await recovered(node, node.book)).done, ["write the database anew: its file was gone"]);
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
    const before = node.book.attachments();
    await node.book[Symbol.asyncDispose]();
    const book = openAddressBook({ clock, log }, { path: node.path, bootId: "boot-1" });
    t.after(() => book[Symbol.asyncDispose]());
    assert.deepEqual(book.attachments(), before);
  });

  it("takes away what an ADD began that nobody was answered for", async (t) => {
    const node = await withPods(t, "a");
    const pod = makeNamespace(t, "half");
    await node.network.add(addRequest(pod.path, "half"), signal);
    const half = node.book.find(keyOf("half"));
    assert.ok(half);
    // As a process that was killed between the kernel and the book left it, and one that was killed before both.
    node.book.release(keyOf("half"));
    node.book.adopt({ ...half, settled: false });
    node.book.adopt({ ...half, key: keyOf("begun"), addresses: [], settled: false });
    assert.deepEqual((await recovered(node, node.book)).done, [
      "detach heddle/half/eth0: its ADD was never answered",
      "release heddle/begun/eth0: its ADD was never finished",
    ]);
    assert.deepEqual(names(node.book), ["a"]);
    assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
  });

  it("gives a pod that lives its link back, and releases one whose namespace is gone", async (t) => {
    const node = await withPods(t, "a", "b");
    node.namespace.run("ip", "link", "delete", linkNameOf(keyOf("a")));
    node.pods["b"]?.delete();
    // The kernel takes a namespace's links away in its own time.
    await node.kernel.run(planDetach(keyOf("b"), { bridge: "cni-bridge0", addresses: [] }));
    assert.deepEqual((await recovered(node, node.book)).done, [
      "reattach heddle/a/eth0: its pod lives and its link is gone",
      "release heddle/b/eth0: its pod's namespace is gone",
    ]);
    assert.ok(pings(node.pods["a"], "10.244.1.1") && pings(node.namespace, "10.244.1.2"));
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
  });

  it("mends what was meddled with on the node's side", async (t) => {
    const node = await withPods(t, "a", "b");
    const { namespace } = node;
    const [first, second] = [linkNameOf(keyOf("a")), linkNameOf(keyOf("b"))];
    namespace.run("ip", "neigh", "flush", "nud", "permanent");
    namespace.run("ip", "link", "set", first, "nomaster");
    namespace.run("ip", "link", "set", second, "down");
    const { done, failed } = await recovered(node, node.book);
    assert.deepEqual(failed, []);
    assert.equal(done.length, 2);
    assert.match(
      done[0] ?? "",
      /mend heddle\/a\/eth0: a neighbour entry and its forwarding entry and its place at the bridge/,
    );
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
    assert.ok(pings(node.pods["a"], "10.244.1.3") && pings(node.pods["b"], "fd00:10:244:1::2"));
  });

  it("mends entries of the node's own without a word to the pods", async (t) => {
    const node = await withPods(t, "a", "b");
    node.namespace.run("ip", "neigh", "flush", "nud", "permanent");
    const run = t.mock.method(node.kernel, "run");
    const { done, failed } = await recovered(node, node.book);
    assert.deepEqual([done.length, failed], [2, []]);
    assert.deepEqual(
      run.mock.calls.map(({ arguments: [batch] }) => batch.netns),
      [undefined, undefined],
    );
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
    assert.ok(pings(node.pods["a"], "10.244.1.3") && pings(node.pods["b"], "fd00:10:244:1::2"));
  });

  it("removes a link of its own of which nothing tells whose it is", async (t) => {
    const node = await withPods(t);
    const pod = makeNamespace(t, "pod");
    await node.network.add(addRequest(pod.path, "a"), signal);
    const name = linkNameOf(keyOf("a"));
    node.book.release(keyOf("a"));
    node.namespace.run("ip", "link", "set", name, "alias", "heddle/another/eth0");
    assert.deepEqual((await recovered(node, node.book)).done, [
      `remove ${name}: nothing tells whose it is`,
      "sweep 10.244.1.2 on cni-bridge0 and fd00:10:244:1::2 on cni-bridge0: it is nobody's any more",
    ]);
    assert.deepEqual(await recovered(node, node.book), { done: [], failed: [] });
  });
});
