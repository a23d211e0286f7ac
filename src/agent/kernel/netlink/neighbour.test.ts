import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeForwarding, decodeNeighbour, replaceForwarding, replaceNeighbour } from "./neighbour.ts";
import { addressText, bytes, echo, hex, linkIndex, macText } from "./testing/messages.ts";

describe("neighbours", () => {
  it("are read as they were written, and are permanent", () => {
    fc.assert(
      fc.property(addressText, macText, linkIndex, (address, mac, link) => {
        const state = decodeNeighbour(echo(replaceNeighbour({ link, address, mac })));
        assert.deepEqual(state, { link, address, mac, permanent: true });
      }),
    );
  });

  it("of a tunnel name the node that has them", () => {
    fc.assert(
      fc.property(addressText, macText, linkIndex, (to, mac, link) => {
        const state = decodeForwarding(echo(replaceForwarding({ link, mac, to })));
        assert.deepEqual(state, { link, mac, to, permanent: true });
      }),
    );
  });

  it("of a bridge are static at their port", () => {
    assert.equal(
      hex(replaceForwarding({ link: 9, mac: "0a:58:0a:f4:01:0b" })),
      bytes(`
        28000000 1c00 0505 07000000 00000000    // RTM_NEWNEIGH; request, ack, create, replace
        07 00 0000 09000000 4000 04 00          // ndmsg: AF_BRIDGE, NUD_NOARP, NTF_MASTER
        0a00 0200 0a580af4010b 0000             // NDA_LLADDR
      `),
    );
  });
});
