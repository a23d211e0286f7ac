import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address, key, link as attachedLink } from "../addresses/testing/samples.ts";
import { type Attachment } from "../addresses/model.ts";
import { type ObservedLink } from "../kernel/model.ts";
import { bridgeMacOf, linkNameOf, shaperNameOf } from "../links/names.ts";
import { planSweep } from "./sweep.ts";

const bridge = "cni-bridge0";

const attachment = (id: string, ...addresses: readonly string[]): Attachment => ({
  key: key(id),
  addresses: addresses.map((text) => ({ address: address(text), bits: 24, gateway: address("10.244.1.1") })),
  link: { ...attachedLink, bridge },
  settled: true,
  reservedAtMs: 0,
});

const linkOf = (name: string, kind: string, mac = "0a:00:00:00:00:ff"): ObservedLink => ({
  index: 2,
  name,
  kind,
  mac,
  mtu: 1500,
  up: true,
  running: true,
});

const neighbour = (link: string, text: string, mac: string) => ({ link, address: text, mac, permanent: true });

describe("what is nobody's any more", () => {
  const [lives, unwritten] = [attachment("lives", "10.244.1.11"), attachment("unwritten")];
  const found = {
    links: [
      linkOf("eth0", "veth"),
      linkOf(bridge, "bridge", bridgeMacOf(bridge)),
      linkOf("docker0", "bridge"),
      linkOf(linkNameOf(lives.key), "veth"),
      linkOf(shaperNameOf(lives.key), "ifb"),
      linkOf("hdb0123456789a", "ifb"),
      linkOf("hdb1", "ifb"),
    ],
    neighbours: [
      neighbour(bridge, "10.244.1.11", "0a:00:00:00:00:01"),
      neighbour(bridge, "10.244.1.12", "0a:00:00:00:00:02"),
      { ...neighbour(bridge, "10.244.1.13", "0a:00:00:00:00:03"), permanent: false },
      neighbour(bridge, "10.244.1.14", "0a:00:00:00:00:04"),
      neighbour(bridge, "ff02::16", "33:33:00:00:00:16"),
      neighbour("docker0", "172.17.0.2", "0a:00:00:00:00:05"),
      neighbour("eth0", "192.0.2.1", "0a:00:00:00:00:06"),
    ],
    forwarding: [{ link: linkNameOf(unwritten.key), mac: "0a:00:00:00:00:04", permanent: true }],
  };

  it("is what this agent alone makes, and neither a living pod's nor another program's", () => {
    assert.deepEqual(planSweep(found, [lives, unwritten]), [
      {
        what: "10.244.1.12 on cni-bridge0",
        operation: { op: "neighbour.delete", in: "node", link: bridge, address: "10.244.1.12" },
      },
      { what: "hdb0123456789a", operation: { op: "link.delete", in: "node", name: "hdb0123456789a" } },
    ]);
  });
});
