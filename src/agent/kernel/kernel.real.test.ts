import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { loadCalls } from "./calls.ts";
import { createKernel } from "./kernel.ts";
import { type Kernel, KernelRefused, type Operation } from "./model.ts";
import { openNamespaces } from "./namespaces.ts";

const skip = whyNoNamespaces() ?? false;

function start(t: TestContext): Readonly<{ node: TestNamespace; pod: TestNamespace; kernel: Kernel }> {
  const [node, pod] = [makeNamespace(t, "node"), makeNamespace(t, "pod")];
  const kernel = createKernel({ home: node.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  return { node, pod, kernel };
}

const addBridge: Operation = { op: "link.add-bridge", in: "node", name: "br0", mac: "02:00:00:00:00:01", mtu: 1400 };
const addVeth: Operation = {
  op: "link.add-veth",
  node: { name: "v0", mac: "02:00:00:00:00:02" },
  pod: { name: "eth0", mac: "02:00:00:00:00:03" },
  bridge: "br0",
  mtu: 1400,
};
const up = (name: string, place: "node" | "pod" = "node"): Operation => ({ op: "link.set", in: place, name, up: true });

const refusal =
  (errno: string, words: RegExp = /./) =>
  (error: unknown): boolean =>
    error instanceof KernelRefused && error.errno === errno && words.test(error.message);

describe("what the kernel's thread does, as ip(8) sees it", { skip }, () => {
  it("makes a veth whose other end is in the pod", async (t) => {
    const { node, pod, kernel } = start(t);
    const results = await kernel.run({
      netns: pod.path,
      operations: [
        addBridge,
        addVeth,
        { op: "link.set", in: "node", name: "v0", alias: "heddle/c1/eth0", port: { hairpin: true, isolated: true } },
        { op: "forwarding.replace", in: "node", link: "v0", mac: "02:00:00:00:00:03" },
      ],
    });
    assert.ok(results.length === 4 && results.every(({ changed }) => changed));
    const [v0] = node.ip("link", "show", "v0");
    assert.equal(v0?.["master"], "br0");
    assert.equal(v0?.["ifalias"], "heddle/c1/eth0");
    assert.equal(v0?.["mtu"], 1400);
    assert.match(node.run("bridge", "-d", "link", "show", "dev", "v0"), /hairpin on.*isolated on/s);
    assert.match(node.run("bridge", "fdb", "show", "dev", "v0"), /02:00:00:00:00:03.*static/);
    const [eth0] = pod.ip("link", "show", "eth0");
    assert.equal(eth0?.["address"], "02:00:00:00:00:03");
    const state = await kernel.observe({ links: ["v0"], forwarding: true });
    assert.equal(state.links[0]?.bridge, "br0");
    assert.equal(state.links[0]?.alias, "heddle/c1/eth0");
    assert.equal(state.links[0]?.peer, eth0?.["ifindex"]);
    assert.deepEqual(state.links[0]?.port, {
      hairpin: true,
      learning: true,
      unicastFlood: true,
      multicastFlood: true,
      broadcastFlood: true,
      isolated: true,
    });
    assert.ok(state.forwarding.some((one) => one.mac === "02:00:00:00:00:03" && one.link === "v0" && one.permanent));
  });

  it("gives addresses that are usable at once, routes of every kind, and permanent neighbours", async (t) => {
    const { node, pod, kernel } = start(t);
    await kernel.run({
      netns: pod.path,
      operations: [addBridge, up("br0"), addVeth, up("eth0", "pod"), up("lo", "pod")],
    });
    const inPod: readonly Operation[] = [
      { op: "address.add", in: "pod", link: "eth0", address: "10.1.0.2", bits: 32 },
      { op: "address.add", in: "pod", link: "eth0", address: "fd00::2", bits: 128 },
      { op: "neighbour.replace", in: "pod", link: "eth0", address: "10.1.0.1", mac: "02:00:00:00:00:01" },
      { op: "neighbour.replace", in: "pod", link: "eth0", address: "fd00::1", mac: "02:00:00:00:00:01" },
      { op: "route.replace", in: "pod", link: "eth0", destination: "10.1.0.1", bits: 32 },
      { op: "route.replace", in: "pod", link: "eth0", destination: "0.0.0.0", bits: 0, via: "10.1.0.1", mtu: 1300 },
      { op: "route.replace", in: "pod", link: "eth0", destination: "fd00::1", bits: 128 },
      { op: "route.replace", in: "pod", link: "eth0", destination: "::", bits: 0, via: "fd00::1", source: "fd00::2" },
      {
        op: "route.replace",
        in: "pod",
        link: "eth0",
        destination: "10.9.0.0",
        bits: 16,
        via: "10.8.0.1",
        onLink: true,
      },
      { op: "route.replace", in: "pod", destination: "192.0.2.0", bits: 24 },
      { op: "route.replace", in: "pod", destination: "2001:db8::", bits: 32 },
    ];
    await kernel.run({ netns: pod.path, operations: inPod });
    // Once more: nothing to refuse.
    await kernel.run({ netns: pod.path, operations: inPod });

    assert.doesNotMatch(pod.run("ip", "-6", "addr", "show", "dev", "eth0", "scope", "global"), /tentative/);
    assert.match(pod.run("ip", "neigh"), /10\.1\.0\.1 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT/);
    const routes = pod.run("ip", "route") + pod.run("ip", "-6", "route");
    for (const expected of [
      /default via 10\.1\.0\.1 dev eth0 proto 72 mtu 1300/,
      /10\.1\.0\.1 dev eth0 proto 72 scope link/,
      /10\.9\.0\.0\/16 via 10\.8\.0\.1 dev eth0 proto 72 onlink/,
      /unreachable 192\.0\.2\.0\/24 proto 72/,
      /unreachable 2001:db8::\/32 dev lo proto 72/,
      /default via fd00::1 dev eth0 proto 72 src fd00::2/,
    ])
      assert.match(routes, expected);

    const state = await kernel.observe({
      netns: pod.path,
      links: "all",
      addresses: true,
      routes: true,
      neighbours: "all",
    });
    for (const operation of inPod) {
      const { op, in: _, ...wanted } = operation as { op: string; in: string };
      const kind = op.split(".")[0] as "address" | "route" | "neighbour";
      const list: readonly object[] = { address: state.addresses, route: state.routes, neighbour: state.neighbours }[
        kind
      ];
      const found = list.some((one) =>
        Object.entries(wanted).every(([name, value]) => Reflect.get(one, name) === value),
      );
      assert.ok(found, `${op} ${JSON.stringify(wanted)} is not observed`);
    }
    const gone = inPod.map((operation): Operation => {
      const op = operation.op.replace(/\.\w+$/, ".delete");
      return { ...operation, op } as Operation;
    });
    const results = await kernel.run({ netns: pod.path, operations: gone.toReversed() });
    assert.ok(results.every(({ changed }) => changed));
    const again = await kernel.run({ netns: pod.path, operations: gone.toReversed() });
    assert.ok(again.every(({ changed }) => !changed));
    assert.equal(node.succeeds("true"), true);
  });

  it("makes tunnels and intermediate links", async (t) => {
    const { node, kernel } = start(t);
    const tunnel = { id: 4097, port: 8472, local: "10.2.0.1", link: "br0" };
    await kernel.run({
      operations: [
        addBridge,
        { op: "link.add-vxlan", in: "node", name: "vx0", mac: "02:00:00:00:00:04", mtu: 1350, ...tunnel },
        { op: "forwarding.replace", in: "node", link: "vx0", mac: "02:00:00:00:00:05", to: "10.2.0.2" },
        { op: "link.add-ifb", in: "node", name: "ifb7", mtu: 1400 },
      ],
    });
    const [vxlan] = node.ip("link", "show", "vx0") as readonly { linkinfo: { info_data: Record<string, unknown> } }[];
    const { id, port, local, link, learning } = vxlan?.linkinfo.info_data ?? {};
    assert.deepEqual({ id, port, local, link, learning }, { ...tunnel, learning: false });
    assert.match(node.run("bridge", "fdb", "show", "dev", "vx0"), /02:00:00:00:00:05 dst 10\.2\.0\.2 self permanent/);
    const state = await kernel.observe({ links: "all" });
    assert.deepEqual(state.links.find(({ name }) => name === "vx0")?.vxlan, tunnel);
    assert.equal(state.links.find(({ name }) => name === "ifb7")?.kind, "ifb");
  });

  it("writes sysctls where it is told to, and only what differs", async (t) => {
    const { node, pod, kernel } = start(t);
    const here = readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "utf8");
    const ttl = (place: "node" | "pod", value: string): Operation => ({
      op: "sysctl.set",
      in: place,
      key: "net/ipv4/ip_default_ttl",
      value,
    });
    const results = await kernel.run({
      netns: pod.path,
      operations: [ttl("node", "33"), ttl("pod", "44"), ttl("pod", "44")],
    });
    assert.deepEqual(
      results.map(({ changed }) => changed),
      [true, true, false],
    );
    const read = ["cat", "/proc/sys/net/ipv4/ip_default_ttl"];
    assert.deepEqual([node.run(...read), pod.run(...read)], ["33\n", "44\n"]);
    assert.equal(readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "utf8"), here);
    const { sysctls } = await kernel.observe({
      netns: pod.path,
      sysctls: ["net/ipv4/ip_default_ttl", "net/ipv4/none"],
    });
    assert.deepEqual([...sysctls], [["net/ipv4/ip_default_ttl", "44"]]);
    for (const key of ["net/../kernel/hostname", "/kernel/hostname", "net/ipv4/none"])
      await assert.rejects(
        kernel.run({ operations: [{ op: "sysctl.set", in: "node", key, value: "1" }] }),
        KernelRefused,
      );
  });
});

describe("what the kernel's thread refuses", { skip }, () => {
  it("stops a batch at its first faulty operation, and says which and why", async (t) => {
    const { node, kernel } = start(t);
    const bad: Operation = { op: "route.replace", in: "node", link: "br0", destination: "10.0.0.1", bits: 8 };
    const after: Operation = { ...addBridge, name: "br1" } as Operation;
    await assert.rejects(kernel.run({ operations: [addBridge, up("br0"), bad, after] }), (error) => {
      assert.ok(error instanceof KernelRefused);
      assert.deepEqual(error.operation, bad);
      assert.equal(error.errno, "EINVAL");
      assert.equal(
        error.message,
        "The kernel refused route.replace 10.0.0.1/8: Invalid prefix for given prefix length (EINVAL).",
      );
      return true;
    });
    assert.ok(node.succeeds("ip", "link", "show", "br0"));
    assert.ok(!node.succeeds("ip", "link", "show", "br1"));
  });

  it("undoes a batch that had begun, and leaves alone what was there when the first operation was refused", async (t) => {
    const { node, pod, kernel } = start(t);
    const undo: readonly Operation[] = [{ op: "link.delete", in: "node", name: "v0" }];
    const nowhere: Operation = { op: "route.replace", in: "pod", link: "eth9", destination: "10.0.0.0", bits: 8 };
    await kernel.run({ operations: [addBridge] });
    await assert.rejects(kernel.run({ netns: pod.path, operations: [addVeth, nowhere], undo }), refusal("ENODEV"));
    assert.ok(!node.succeeds("ip", "link", "show", "v0"));
    assert.ok(!pod.succeeds("ip", "link", "show", "eth0"));

    await kernel.run({ netns: pod.path, operations: [addVeth] });
    const again = kernel.run({ netns: pod.path, operations: [addVeth], undo });
    await assert.rejects(again, refusal("EEXIST", /eth0 in the pod exists already/));
    const other: Operation = { ...addVeth, pod: { name: "eth1", mac: "02:00:00:00:00:07" } };
    const twice = kernel.run({ netns: pod.path, operations: [other], undo });
    await assert.rejects(twice, refusal("EEXIST", /v0 on the node exists already/));
    assert.ok(node.succeeds("ip", "link", "show", "v0"));
    assert.ok(!pod.succeeds("ip", "link", "show", "eth1"));
  });

  it("tells a namespace that is gone from a path that is none, and never takes the node's for a pod's", async (t) => {
    const { node, pod, kernel } = start(t);
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "file"), "");
    pod.delete();
    const at = (netns: string): Promise<unknown> => kernel.run({ netns, operations: [up("lo", "pod")] });
    await assert.rejects(at("/run/netns/hdl-t-none"), refusal("ENOENT"));
    await assert.rejects(at(join(folder, "file")), refusal("EINVAL", /is no network namespace/));
    await assert.rejects(at("/proc/self/ns/mnt"), refusal("EINVAL"));
    await assert.rejects(at(node.path), refusal("EINVAL", /the node's own network namespace/));
    await assert.rejects(
      kernel.run({ operations: [up("lo", "pod")] }),
      refusal("EINVAL", /names no network namespace/),
    );
    // And works on.
    await kernel.run({ operations: [up("lo")] });
  });

  it("does not take a link of another kind for the bridge", async (t) => {
    const { node, kernel } = start(t);
    node.run("ip", "link", "add", "br0", "type", "ifb");
    await assert.rejects(kernel.run({ operations: [addBridge] }), refusal("EEXIST", /is no bridge but ifb/));
  });

  it("is the way back: a thread that cannot leave a pod's namespace ends the process", (t) => {
    const pod = makeNamespace(t, "pod");
    let [entered, aborted] = [0, 0];
    using namespaces = openNamespaces(
      {
        ...loadCalls(),
        setns: () => (entered++ === 0 ? { value: 0, errno: 0 } : { value: -1, errno: 1 }),
        abort: () => void aborted++,
      },
      undefined,
    );
    using there = namespaces.open(pod.path);
    there.inside(() => assert.equal(aborted, 0));
    assert.equal(aborted, 1);
  });
});

describe("the kernel's thread", { skip }, () => {
  it("does not begin what was aborted while it waited, and ends what it has begun", async (t) => {
    const node = makeNamespace(t, "node");
    await using kernel = createKernel({ home: node.path, inFlight: 1 });
    const abort = new AbortController();
    const first = kernel.run({ operations: [addBridge] }, abort.signal);
    const second = kernel.run({ operations: [{ ...addBridge, name: "br1" } as Operation] }, abort.signal);
    abort.abort();
    await assert.rejects(second, { name: "AbortError" });
    assert.deepEqual(await first, [{ changed: true }]);
    await assert.rejects(kernel.run({ operations: [] }, abort.signal), { name: "AbortError" });
    assert.ok(!node.succeeds("ip", "link", "show", "br1"));
  });

  it("ends what it has begun before it closes, and then refuses", async (t) => {
    const node = makeNamespace(t, "node");
    const kernel = createKernel({ home: node.path });
    const last = kernel.run({ operations: [addBridge] });
    await kernel[Symbol.asyncDispose]();
    assert.deepEqual(await last, [{ changed: true }]);
    assert.ok(!kernel.lost.aborted);
    await assert.rejects(kernel.run({ operations: [] }), (error) => isHeddleError(error, "HEDDLE_KERNEL_LOST"));
  });

  it("says so when it cannot begin", async () => {
    await using kernel = createKernel({ home: "/run/netns/hdl-t-none" });
    await assert.rejects(kernel.run({ operations: [] }), (error) => isHeddleError(error, "HEDDLE_KERNEL_LOST"));
    assert.ok(kernel.lost.aborted && isHeddleError(kernel.lost.reason, "HEDDLE_KERNEL_LOST"));
  });

  it("locks a file for this process alone", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    t.after(() => rmSync(folder, { recursive: true }));
    await using kernel = createKernel();
    const open = (): number => openSync(join(folder, "lock"), "w");
    const [one, other] = [open(), open()];
    assert.equal(await kernel.tryLock(one), true);
    assert.equal(await kernel.tryLock(one), true);
    assert.equal(await kernel.tryLock(other), false);
    closeSync(one);
    assert.equal(await kernel.tryLock(other), true);
    closeSync(other);
    await assert.rejects(kernel.tryLock(other), refusal("EBADF"));
  });
});
