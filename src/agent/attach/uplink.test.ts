import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IpAddress, parseAddress } from "../../model/index.ts";
import { type ObservedAddress, type ObservedLink, type ObservedRoute } from "../kernel/model.ts";
import { podMtu, uplinkOf } from "./uplink.ts";

const links = [
  { name: "lo", kind: "", mtu: 65_536 },
  { name: "eth0", kind: "", mtu: 1500 },
  { name: "eth1", kind: "", mtu: 9000 },
  { name: "dummy0", kind: "dummy", mtu: 1400 },
] as unknown as readonly ObservedLink[];
const held = (link: string, address: string) => ({ link, address }) as ObservedAddress;
const defaultBy = (link: string, { six = false, priority = 0 } = {}) =>
  ({ destination: six ? "::" : "0.0.0.0", bits: 0, link, priority }) as ObservedRoute;
const own = (...texts: readonly string[]): readonly IpAddress[] => texts.flatMap((text) => parseAddress(text) ?? []);

const uplinkName = (
  addresses: readonly ObservedAddress[],
  routes: readonly ObservedRoute[],
  ...texts: readonly string[]
): string | undefined => uplinkOf({ links, addresses, routes }, own(...texts))?.links.join(" ");

describe("a node's uplink", () => {
  it("is the link that has the node's address, and else the default route's", () => {
    assert.equal(uplinkName([held("eth1", "192.0.2.1")], [defaultBy("eth0")], "192.0.2.1"), "eth1");
    assert.equal(uplinkName([held("eth1", "192.0.2.1")], [defaultBy("eth0")], "203.0.113.9"), "eth0");
    assert.equal(uplinkName([held("eth1", "192.0.2.1")], [defaultBy("eth0")]), "eth0");
    assert.equal(uplinkName([held("eth1", "192.0.2.1")], [], "203.0.113.9"), undefined);
  });

  it("is the default route's where the address is on a loopback or a dummy, as on hosts that are routed to", () => {
    for (const holder of ["lo", "dummy0"]) {
      const addresses = [held(holder, "10.255.0.1"), held("eth1", "192.0.2.1")];
      assert.equal(uplinkName(addresses, [defaultBy("eth1")], "10.255.0.1"), "eth1");
      assert.equal(uplinkName(addresses, [], "10.255.0.1"), undefined);
    }
    const twice = [held("lo", "10.255.0.1"), held("eth1", "10.255.0.1")];
    assert.equal(uplinkName(twice, [defaultBy("eth0")], "10.255.0.1"), "eth1");
  });

  it("is that of the default route of the address' family, and of several of the preferred one", () => {
    const routes = [defaultBy("eth0", { priority: 200 }), defaultBy("eth1", { six: true, priority: 100 })];
    assert.equal(uplinkName([held("lo", "10.255.0.1")], routes, "10.255.0.1"), "eth0");
    assert.equal(uplinkName([held("lo", "fd00::1")], routes, "fd00::1"), "eth1");
    assert.equal(
      uplinkName([held("lo", "10.255.0.1")], [...routes, defaultBy("eth1", { priority: 5 })], "10.255.0.1"),
      "eth1",
    );
  });

  it("is all links of a default route that has several next hops, with the least of their MTUs", () => {
    const routes = [{ ...defaultBy("eth1"), otherLinks: ["eth0"] }];
    assert.equal(uplinkName([held("lo", "10.255.0.1")], routes, "10.255.0.1"), "eth0 eth1");
    assert.equal(uplinkOf({ links, addresses: [], routes }, [])?.mtu, 1500);
  });

  it("gives pods its MTU less what a tunnel adds, and Ethernet's where there is none", () => {
    assert.equal(podMtu({ mtu: 9000 }, 50), 8950);
    assert.equal(podMtu(undefined, 50), 1500);
  });
});
