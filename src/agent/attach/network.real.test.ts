import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError, isHeddleError } from "../../base/index.ts";
import { parseAddress, parseCidr } from "../../model/index.ts";
import { planPools } from "../addresses/pool.ts";
import { cniCodes, toCniError } from "../cni/errors.ts";
import { type AddRequest, type Asked, type CniResult } from "../cni/model.ts";
import { linkNameOf } from "../links/names.ts";
import { planMend } from "../links/pod-plan.ts";
import { until } from "../../../test/kube/until.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { podLinkOf } from "./describe.ts";
import { addRequest, config, openTestNode } from "./testing/node.ts";

const skip = whyNoNamespaces() ?? false;
const { signal } = new AbortController();

const codeOf = async (work: Promise<unknown>): Promise<number | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return toCniError(error).cniCode;
  }
};

const addressesOf = ({ ips }: CniResult): readonly string[] => ips.map(({ address }) => address);

const pings = (from: TestNamespace, to: string): boolean =>
  from.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", to);

describe("the verbs on a node", { skip }, () => {
  it("ADD makes the interface with its addresses, and answers what it made", async (t) => {
    const { network, namespace } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const request = addRequest(pod.path, "a");
    const result = await network.add(request, signal);
    assert.deepEqual(addressesOf(result), ["10.244.1.2/32", "fd00:10:244:1::2/128"]);
    assert.deepEqual(result.routes, [{ dst: "0.0.0.0/0" }, { dst: "::/0" }]);
    const [bridge, host, inside] = result.interfaces;
    const linkIn = (where: TestNamespace, name: string | undefined): unknown => {
      const [link] = where.ip("link", "show", "dev", name ?? "");
      return { name: link?.["ifname"], mac: link?.["address"], mtu: link?.["mtu"] };
    };
    assert.deepEqual(linkIn(namespace, bridge?.name), { name: "cni-bridge0", mac: bridge?.mac, mtu: 1500 });
    assert.deepEqual(linkIn(namespace, host?.name), { name: linkNameOf(request.key), mac: host?.mac, mtu: 1500 });
    assert.deepEqual(linkIn(pod, "eth0"), { name: inside?.name, mac: inside?.mac, mtu: inside?.mtu });
    assert.equal(inside?.sandbox, pod.path);
    for (const to of ["10.244.1.1", "fd00:10:244:1::1"]) assert.ok(pings(pod, to), to);
  });

  it("DEL leaves an attachment alone that was added after it was called for", async (t) => {
    const { network, book } = await openTestNode(t);
    const request = addRequest(makeNamespace(t, "pod").path, "a");
    const { key } = request;
    const prevResult = await network.add(request, signal);
    const addedAtMs = book.find(key)?.reservedAtMs ?? 0;
    await network.del({ key, calledAtMs: addedAtMs - 1 }, signal);
    await network.check({ ...request, prevResult }, signal);
    await network.del({ key, calledAtMs: addedAtMs + 1 }, signal);
    assert.equal(book.find(key), undefined);
  });

  it("ADD gives what is asked for: addresses and a MAC", async (t) => {
    const { network } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const addresses = ["10.244.1.77"].flatMap((text) => parseAddress(text) ?? []);
    const asked: Asked = { addresses, mac: "c2:11:22:33:44:55", portMappings: [], aliases: [], annotations: {} };
    const result = await network.add(addRequest(pod.path, "a", { asked }), signal);
    assert.deepEqual(addressesOf(result), ["10.244.1.77/32", "fd00:10:244:1::2/128"]);
    assert.equal(pod.ip("link", "show", "dev", "eth0")[0]?.["address"], "c2:11:22:33:44:55");
    assert.equal(await codeOf(network.add(addRequest(pod.path, "b", { asked }), signal)), cniCodes.addressNotFree);
  });

  it("ADD on an interface that exists fails and changes nothing, whoever made it", async (t) => {
    const { network, book, namespace } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    await network.add(addRequest(pod.path, "a"), signal);
    const before = { held: book.attachments(), links: namespace.run("ip", "-o", "link"), pod: pod.run("ip", "addr") };
    assert.equal(await codeOf(network.add(addRequest(pod.path, "a"), signal)), cniCodes.interfaceExists);
    assert.equal(await codeOf(network.add(addRequest(pod.path, "b"), signal)), cniCodes.interfaceExists);
    const after = { held: book.attachments(), links: namespace.run("ip", "-o", "link"), pod: pod.run("ip", "addr") };
    assert.deepEqual(after, before);
    assert.ok(pings(pod, "10.244.1.1"));
  });

  it("ADD again of a pod whose namespace went without a DEL makes it in the new one, with the same addresses", async (t) => {
    const { network, book, base, namespace } = await openTestNode(t);
    const [pod, next] = [makeNamespace(t, "pod"), makeNamespace(t, "next")];
    const ports = (hostPort: number): Partial<AddRequest> => ({
      asked: {
        addresses: [],
        portMappings: [{ hostPort, containerPort: 80, protocol: "tcp" }],
        aliases: [],
        annotations: {},
      },
    });
    const first = await network.add(addRequest(pod.path, "a", ports(8080)), signal);
    pod.delete();
    const link = linkNameOf(addRequest("", "a").key);
    await until("the link is gone", () => !namespace.succeeds("ip", "link", "show", "dev", link));
    const again = await network.add(addRequest(next.path, "a", ports(8081)), signal);
    assert.deepEqual(addressesOf(again), addressesOf(first));
    assert.equal(book.attachments()[0]?.link.netns, next.path);
    assert.ok(pings(next, "10.244.1.1"));
    assert.deepEqual(await base.reconcile(signal), { table: false, elements: 0, failed: [] }, "the old port is closed");
  });

  it("ADD without the namespace fails with code 3 and holds nothing", async (t) => {
    const { network, book } = await openTestNode(t);
    assert.equal(
      await codeOf(network.add(addRequest("/run/netns/hdl-nowhere", "a"), signal)),
      cniCodes.unknownContainer,
    );
    assert.deepEqual(book.attachments(), []);
  });

  it("ADD into the node's own namespace fails with code 8", async (t) => {
    const { network, namespace, book } = await openTestNode(t);
    assert.equal(await codeOf(network.add(addRequest(namespace.path, "a"), signal)), cniCodes.invalidNamespace);
    assert.deepEqual(book.attachments(), []);
  });

  it("ADD that the kernel refuses midway leaves nothing behind", async (t) => {
    const { network, book, namespace } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    // A route by an address that nothing leads to is refused when the link stands already.
    const routes = [{ dst: { family: 4 as const, base: 0n, bits: 0 }, gw: { family: 6 as const, value: 1n } }];
    await assert.rejects(network.add(addRequest(pod.path, "a", { config: { ...config, routes } }), signal), (error) =>
      isHeddleError(error, "HEDDLE_KERNEL_REFUSED"),
    );
    assert.deepEqual(book.attachments(), []);
    assert.equal(namespace.succeeds("ip", "link", "show", "dev", linkNameOf(addRequest("", "a").key)), false);
    assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
    assert.equal(namespace.run("ip", "neigh", "show", "nud", "permanent").trim(), "");
  });

  it("ADD opens the host ports that are asked for, once a port, and DEL closes them", async (t) => {
    const { network, book, namespace, base } = await openTestNode(t);
    const [pod, other] = [makeNamespace(t, "pod"), makeNamespace(t, "other")];
    const ports = (...hostPorts: readonly number[]): Partial<AddRequest> => ({
      asked: {
        addresses: [],
        portMappings: hostPorts.map((hostPort) => ({ hostPort, containerPort: 80, protocol: "tcp" })),
        aliases: [],
        annotations: {},
      },
    });
    await network.add(addRequest(pod.path, "a", ports(8080)), signal);
    const elements = (): number =>
      namespace.run("nft", "list", "map", "inet", "heddle", "hostports4").match(/8\d80/g)?.length ?? 0;
    assert.equal(elements(), 1);
    assert.equal(
      await codeOf(network.add(addRequest(other.path, "b", ports(8180, 8080, 8280)), signal)),
      cniCodes.portTaken,
    );
    assert.equal(elements(), 1, "the refused ADD leaves neither its own ports nor takes another's");
    assert.equal(book.attachments().length, 1);
    assert.equal(other.succeeds("ip", "link", "show", "dev", "eth0"), false);
    namespace.run("nft", "flush", "map", "inet", "heddle", "hostports4");
    await base.reconcile(signal);
    assert.equal(elements(), 1);
    await network.del({ key: addRequest("", "a").key }, signal);
    assert.equal(elements(), 0);
    assert.deepEqual(await base.reconcile(signal), { table: false, elements: 0, failed: [] });
  });

  it("ADD that the disk refuses in the end leaves no host port behind", async (t) => {
    const { network, book, namespace } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const portMappings = [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }] as const;
    const request = addRequest(pod.path, "a", { asked: { addresses: [], portMappings, aliases: [], annotations: {} } });
    const settling = t.mock.method(book, "settle", () => {
      throw new HeddleError("no space is left", { code: "HEDDLE_ADDRESSES_UNWRITABLE", retryable: true });
    });
    assert.equal(await codeOf(network.add(request, signal)), cniCodes.tryAgainLater);
    assert.doesNotMatch(namespace.run("nft", "list", "map", "inet", "heddle", "hostports4"), /8080/);
    settling.mock.restore();
    await network.add(request, signal);
  });

  it("ADD limits what is to be limited, and DEL takes that away", async (t) => {
    const { network, namespace, base } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const bandwidth = { ingressRate: 8_000_000, ingressBurst: 800_000, egressRate: 16_000_000, egressBurst: 0 };
    const asked: Asked = { addresses: [], portMappings: [], aliases: [], annotations: {}, bandwidth };
    const links = (): number => namespace.ip("link").length;
    await network.status(config, signal);
    const before = links();
    await network.add(addRequest(pod.path, "a", { asked }), signal);
    const shapers = (): readonly string[] => namespace.run("tc", "qdisc").match(/tbf.*rate \S+/g) ?? [];
    const rates = (): unknown =>
      shapers()
        .map((line) => /rate (\S+)/.exec(line)?.[1])
        .toSorted();
    assert.deepEqual(rates(), ["16Mbit", "8Mbit"]);
    namespace.run("tc", "qdisc", "del", "dev", linkNameOf(addRequest("", "a").key), "root");
    await base.reconcile(signal);
    assert.deepEqual(rates(), ["16Mbit", "8Mbit"]);
    await network.del({ key: addRequest("", "a").key }, signal);
    assert.deepEqual([rates(), links()], [[], before]);
  });

  it("DEL succeeds as often as it is called, with the namespace gone and for what was never there", async (t) => {
    const { network, book, namespace } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const { key } = addRequest(pod.path, "a");
    await network.add(addRequest(pod.path, "a"), signal);
    await network.del({ key, netns: pod.path }, signal);
    assert.equal(pod.succeeds("ip", "link", "show", "dev", "eth0"), false);
    await network.del({ key, netns: pod.path }, signal);
    await network.add(addRequest(pod.path, "b"), signal);
    pod.delete();
    await network.del({ key: addRequest("", "b").key }, signal);
    await network.del({ key: addRequest("", "never").key, netns: "/run/netns/hdl-nowhere" }, signal);
    assert.deepEqual(book.attachments(), []);
    assert.equal(namespace.run("ip", "neigh", "show", "nud", "permanent").trim(), "");
    assert.equal(namespace.ip("link", "show", "master", "cni-bridge0").length, 0);
  });

  it("CHECK succeeds on what ADD made, and names what differs", async (t) => {
    const { network, namespace, kernel, book } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const request = addRequest(pod.path, "a");
    const prevResult = await network.add(request, signal);
    const check = (answered: CniResult = prevResult) => network.check({ ...request, prevResult: answered }, signal);
    await check();
    const link = linkNameOf(request.key);
    const [held] = book.attachments();
    assert.ok(held);
    const mend = podLinkOf(held);
    assert.ok(mend);
    for (const [what, meddle] of [
      [
        "the address of eth0 in the pod: expected 10.244.1.2/32",
        () => pod.run("ip", "addr", "del", "10.244.1.2/32", "dev", "eth0"),
      ],
      ["the route to 0.0.0.0/0 in the pod", () => pod.run("ip", "route", "del", "default")],
      [
        "the neighbour 10.244.1.2 of cni-bridge0 on the node",
        () => namespace.run("ip", "neigh", "flush", "nud", "permanent"),
      ],
      ["the state of eth0 in the pod: expected up, found down", () => pod.run("ip", "link", "set", "eth0", "down")],
      [
        `the MTU of ${link} on the node: expected 1500, found 1400`,
        () => namespace.run("ip", "link", "set", link, "mtu", "1400"),
      ],
    ] as const) {
      meddle();
      const error = await network.check({ ...request, prevResult }, signal).then(() => undefined, toCniError);
      assert.equal(error?.cniCode, cniCodes.checkFailed, what);
      assert.ok(error.text.includes(what), error.text);
      namespace.run("ip", "link", "set", link, "mtu", "1500");
      await kernel.run(planMend(mend));
      await check();
    }
    const other = { ...prevResult, ips: [{ address: "10.244.1.9/32", interface: 2 }] };
    assert.equal(await codeOf(check(other)), cniCodes.checkFailed);
    await network.del({ key: request.key }, signal);
    assert.equal(await codeOf(check()), cniCodes.checkFailed);
  });

  it("STATUS fails with code 50 when the last address is given out", async (t) => {
    const { network } = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    const small = { ...config, rangeSets: [[{ subnet: { family: 4 as const, base: 0x0a000000n, bits: 30 } }]] };
    await network.status(small, signal);
    await network.add(addRequest(pod.path, "a", { config: small }), signal);
    assert.equal(await codeOf(network.status(small, signal)), cniCodes.notAvailable);
  });

  it("GC frees what the runtime does not have and the kernel neither, and nothing else", async (t) => {
    const { network, book, namespace } = await openTestNode(t);
    const pods = ["a", "b", "c"].map((name) => makeNamespace(t, name));
    const requests = pods.map((pod, index) => addRequest(pod.path, `container-${index}`));
    for (const request of requests) await network.add(request, signal);
    const [first, second, third] = requests.map(({ key }) => key);
    assert.ok(first && second && third);
    namespace.run("ip", "link", "delete", linkNameOf(first));
    await network.gc({ network: "other", valid: [] }, signal);
    assert.equal(book.attachments().length, 3);
    await network.gc({ network: "heddle", valid: [third] }, signal);
    assert.deepEqual(
      book.attachments().map(({ key }) => key),
      [second, third],
    );
  });

  it("networks stand beside each other, on bridges of their own, and after the agent's end too", async (t) => {
    const { network, namespace, openBase } = await openTestNode(t);
    const rangeSets = [[{ subnet: parseCidr("10.9.0.0/24") }]];
    const storage = { ...config, name: "storage", bridge: "br-storage", rangeSets };
    const [first, second] = [makeNamespace(t, "a"), makeNamespace(t, "b")];
    await network.add(addRequest(first.path, "a"), signal);
    const key = { network: "storage", containerId: "b", ifname: "eth0" };
    await network.add(addRequest(second.path, "b", { key, config: storage }), signal);
    assert.ok(pings(first, "10.9.0.2") && pings(second, "10.244.1.2"), "pods of the two reach each other");

    const table = (): string => namespace.run("nft", "list", "table", "inet", "heddle");
    const before = table();
    assert.match(before, /oifname \{ "br-storage", "cni-bridge0" \} return/);
    assert.match(before, /set pods4 \{[^}]*elements = \{ 10\.9\.0\.0\/24,\s+10\.244\.1\.0\/24 \}/);
    const moved = { ...storage, name: "other", bridge: "br-other" };
    const request = addRequest(makeNamespace(t, "c").path, "c", { key: { ...key, network: "other" }, config: moved });
    assert.equal(await codeOf(network.add(request, signal)), cniCodes.invalidConfig);

    const anew = openBase();
    await anew.recall(({ rangeSets: sets }) => planPools(sets, undefined));
    assert.deepEqual(anew.bridges(), ["br-storage", "cni-bridge0"]);
    assert.equal(table(), before, "its rules are what they were");
  });
});
