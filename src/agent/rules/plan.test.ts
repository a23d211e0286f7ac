import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IpAddress, parseAddress, parseCidr } from "../../model/index.ts";
import { elementsOf, entriesOf, entryOfPeer, entryText } from "./elements.ts";
import type { HostPort } from "../asked-of-node.ts";
import type { PodPorts } from "./model.ts";
import { planClose, planElements, planOpen } from "./plan.ts";
import { renderTable } from "./table.ts";

const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
};
const port = (hostPort: number, containerPort: number, more: Partial<HostPort> = {}): HostPort => ({
  protocol: "tcp",
  hostPort,
  containerPort,
  ...more,
});
const pod = (number: number, ...ports: readonly HostPort[]): PodPorts => ({
  addresses: [address(`10.244.1.${number}`), address(`fd00::${number}`), address("10.244.9.9")],
  ports,
});

const texts = (one: PodPorts): readonly string[] => entriesOf(one).map((entry) => `${entry.set} ${entryText(entry)}`);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

describe("a pod's host ports", () => {
  it("lead to its first address of each family, and back to itself", () => {
    assert.deepEqual(texts(pod(11, port(8080, 80), port(5353, 53, { protocol: "udp" }))), [
      "hostports4 tcp . 8080 : 10.244.1.11 . 80",
      "hostports4 udp . 5353 : 10.244.1.11 . 53",
      "self4 10.244.1.11 . 10.244.1.11",
      "hostports6 tcp . 8080 : fd00::11 . 80",
      "hostports6 udp . 5353 : fd00::11 . 53",
      "self6 fd00::11 . fd00::11",
    ]);
    assert.deepEqual(texts(pod(11)), []);
  });

  it("are bound to an address of the node where they say so", () => {
    const bound = pod(11, port(80, 80, { hostIp: address("192.0.2.1") }), port(81, 81, { hostIp: address("::") }));
    assert.deepEqual(texts(bound), [
      "hostips4 192.0.2.1 . tcp . 80 : 10.244.1.11 . 80",
      "self4 10.244.1.11 . 10.244.1.11",
      "hostports6 tcp . 81 : fd00::11 . 81",
      "self6 fd00::11 . fd00::11",
    ]);
  });

  it("of UDP take their senders over from whoever had them", () => {
    const ops = planOpen(pod(11, port(5353, 53, { protocol: "udp" }), port(80, 80)))
      .filter(({ op }) => op === "flows.forget")
      .map((operation) => ({ ...operation }));
    const forget = { op: "flows.forget", in: "node", protocol: 17, port: 5353 };
    assert.deepEqual(ops, [
      { ...forget, family: 4 },
      { ...forget, family: 6 },
    ]);
  });

  it("are bytes in the kernel, field by field filled up to four", () => {
    const [first, self] = elementsOf({ addresses: [address("10.244.1.11")], ports: [port(8080, 80)] });
    assert.deepEqual([hex(first?.key), hex(first?.data)], ["060000001f900000", "0af4010b00500000"]);
    assert.deepEqual([hex(self?.key), self?.data], ["0af4010b0af4010b", undefined]);
  });
});

describe("planElements", () => {
  const [one, two] = [pod(11, port(8080, 80)), pod(12, port(8081, 80))];
  const found = { fingerprint: "", elements: [one, two].flatMap(elementsOf) };

  it("finds nothing to do where all is there", () => {
    assert.deepEqual(planElements(found, [one, two].flatMap(entriesOf)), []);
    assert.deepEqual(planElements({ ...found, elements: [] }, entriesOf(one)), planOpen(one));
  });

  it("closes what is nobody's and frees a port before it leads elsewhere", () => {
    assert.deepEqual(planElements(found, entriesOf(one)), planClose(two));
    const moved = pod(13, port(8080, 80));
    const plan = planElements({ ...found, elements: elementsOf(one) }, entriesOf(moved));
    assert.deepEqual(
      plan.map(({ op }) => op),
      [...planClose(one), ...planOpen(moved)].map(({ op }) => op),
    );
    assert.deepEqual(plan, [...planClose(one), ...planOpen(moved)]);
  });
});

describe("renderTable", () => {
  const rules = {
    bridges: ["cni-bridge0"],
    pods: [parseCidr("10.244.1.0/24")],
    cluster: [parseCidr("10.244.0.0/16"), parseCidr("fd00::/48")],
    peers: [],
  };

  it("replaces the table in one transaction, elements included", () => {
    const text = renderTable(rules, [...entriesOf(pod(11, port(8080, 80))), entryOfPeer(address("192.0.2.7"))]);
    assert.ok(text.startsWith("table inet heddle\ndelete table inet heddle\ntable inet heddle {\n"));
    assert.match(text, /map hostports4 \{\n\t\ttype .*\n\t\telements = \{ tcp \. 8080 : 10\.244\.1\.11 \. 80 \}/);
    assert.match(text, /set peers4 \{\n\t\ttype .*\n\t\telements = \{ 192\.0\.2\.7 \}/);
    assert.match(text, /set cluster6 \{\n.*\n.*\n.*\n\t\telements = \{ fd00::\/48 \}/);
  });

  it("is one table for several bridges", () => {
    const text = renderTable({ ...rules, bridges: ["br-a", "br-b"] });
    assert.match(text, /oifname \{ "br-a", "br-b" \} return/);
  });

  it("shuts nobody out of the tunnel while the nodes are not known", () => {
    const shut = /goto tunnel/;
    assert.match(renderTable(rules), shut);
    assert.doesNotMatch(renderTable({ ...rules, peers: undefined }), shut);
  });

  it("says nothing of elements where there are none", () => {
    assert.doesNotMatch(renderTable({ ...rules, pods: [], cluster: [] }), /elements/);
  });
});
