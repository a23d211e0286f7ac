import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAddress } from "../../model/index.ts";
import { type HostPort } from "../asked-of-node.ts";
import { elementsOf } from "./elements.ts";
import { portsTo } from "./ports-to.ts";

const address = (text: string) => {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined);
  return parsed;
};

describe("host ports as the kernel has them", () => {
  const [four, six, other] = ["10.244.1.11", "fd00::11", "10.244.1.12"].map(address);
  assert.ok(four && six && other);
  const ports: readonly HostPort[] = [
    { hostPort: 8080, containerPort: 80, protocol: "tcp" },
    { hostPort: 443, containerPort: 8443, protocol: "sctp", hostIp: address("192.0.2.1") },
    { hostPort: 53, containerPort: 5353, protocol: "udp", hostIp: address("2001:db8::1") },
  ];
  const pods = [
    { addresses: [four, six], ports },
    { addresses: [other], ports: [{ hostPort: 8081, containerPort: 80, protocol: "tcp" }] },
  ] as const;
  const found = { fingerprint: "", elements: pods.flatMap((pod) => elementsOf(pod)) };

  it("are the pod's that they were opened for", () => {
    for (const pod of pods)
      assert.deepEqual(
        portsTo(found, pod.addresses).toSorted((a, b) => b.hostPort - a.hostPort),
        [...pod.ports].toSorted((a, b) => b.hostPort - a.hostPort),
      );
  });

  it("are none of a pod that has none", () => assert.deepEqual(portsTo(found, [address("10.244.1.13")]), []));
});
