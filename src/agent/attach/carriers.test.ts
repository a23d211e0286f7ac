import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Kernel, type KernelState, type ObservedLink } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { createCarriers } from "./carriers.ts";

describe("the links of a default route that has several", () => {
  it("are told, those of them that learn from router advertisements", async () => {
    const route = { destination: "::", bits: 0, table: 254, protocol: 9, link: "eth0", otherLinks: ["eth1", "eth2"] };
    const state: KernelState = {
      ...nothing,
      links: ["eth0", "eth1", "eth2"].map((name) => ({ name, mtu: 1500 }) as ObservedLink),
      routes: [route],
      sysctls: new Map([
        ["net/ipv6/conf/all/forwarding", "0"],
        ["net/ipv6/conf/eth0/accept_ra", "0"],
        ["net/ipv6/conf/eth1/accept_ra", "1"],
        ["net/ipv6/conf/eth2/accept_ra", "1"],
      ]),
    };
    const kernel = { observe: async () => state } as unknown as Kernel;
    const node = { view: () => ({ others: [], pods: [], complete: false }) };
    assert.deepEqual(await createCarriers({ kernel, node }).advertised(), ["eth1", "eth2"]);
  });
});
