import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeRoute, deleteRoute, replaceRoute } from "./route.ts";
import { addressText, bytes, echo, hex, linkIndex } from "./testing/messages.ts";

describe("routes", () => {
  it("by a gateway say whose they are", () => {
    assert.equal(
      hex(
        replaceRoute({
          destination: "10.96.0.0",
          bits: 12,
          link: 2,
          via: "10.244.1.1",
          onLink: true,
          mtu: 1400,
          advmss: 1340,
        }),
      ),
      bytes(`
        48000000 1800 0505 07000000 00000000    // RTM_NEWROUTE; request, ack, create, replace
        02 0c 00 00 fe 48 00 01 04000000        // rtmsg: AF_INET, /12, main, protocol 72, universe, unicast, RTNH_F_ONLINK
        0800 0100 0a600000                      // RTA_DST
        0800 0500 0af40101                      // RTA_GATEWAY
        0800 0400 02000000                      // RTA_OIF
        1400 0800 0800 0200 78050000            // RTA_METRICS: RTAX_MTU 1400,
        0800 0800 3c050000                      //     RTAX_ADVMSS 1340
      `),
    );
  });

  it("without a link are unreachable, and are deleted whoever made them", () => {
    assert.equal(
      hex(deleteRoute({ destination: "10.244.9.0", bits: 24 })),
      bytes(`
        24000000 1900 0500 07000000 00000000    // RTM_DELROUTE; request, ack
        02 18 00 00 fe 00 ff 07 00000000        // rtmsg: main, any protocol, scope nowhere, unreachable
        0800 0100 0af40900                      // RTA_DST
      `),
    );
  });

  it("of several next hops are read with the links of all", () => {
    const body = Buffer.from(
      bytes(`
        02 00 00 00 fe 10 00 01 00000000        // rtmsg: AF_INET, /0, main, protocol 16, universe, unicast
        0800 0600 14000000                      // RTA_PRIORITY 20
        2400 0900                               // RTA_MULTIPATH
        1000 00 00 02000000 0800 0500 c0000201  //     by link 2, RTA_GATEWAY
        1000 04 00 03000000 0800 0500 c6336401  //     RTNH_F_ONLINK, by link 3, RTA_GATEWAY
      `),
      "hex",
    );
    assert.deepEqual(decodeRoute({ type: 24, flags: 0, sequence: 1, body }), {
      destination: "0.0.0.0",
      bits: 0,
      link: 2,
      via: "192.0.2.1",
      otherLinks: [3],
      priority: 20,
      table: 254,
      protocol: 16,
    });
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(addressText, linkIndex, fc.boolean(), (via, link, onLink) => {
        const destination = via.includes(":") ? "fd00:1::" : "10.0.0.0";
        const state = decodeRoute(echo(replaceRoute({ destination, bits: 24, link, via, onLink, priority: 9 })));
        const expected = { destination, bits: 24, link, via, priority: 9, table: 254, protocol: 72 };
        assert.deepEqual(state, onLink ? { ...expected, onLink } : expected);
      }),
    );
  });
});
