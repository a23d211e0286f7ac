import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeAddress, newAddress } from "./address.ts";
import { addressText, bytes, echo, hex, linkIndex } from "./testing/messages.ts";

describe("addresses", () => {
  it("of IPv6 are usable at once", () => {
    assert.equal(
      hex(newAddress({ link: 2, address: "fd00::b", bits: 128 })),
      bytes(`
        40000000 1400 0506 07000000 00000000          // RTM_NEWADDR; request, ack, create, excl
        0a 80 02 00 02000000                          // ifaddrmsg: AF_INET6, /128, IFA_F_NODAD
        1400 0200 fd00000000000000000000000000000b    // IFA_LOCAL
        1400 0100 fd00000000000000000000000000000b    // IFA_ADDRESS
      `),
    );
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(addressText, linkIndex, (address, link) => {
        const state = decodeAddress(echo(newAddress({ link, address, bits: 32 })));
        assert.deepEqual(state, { link, address, bits: 32, tentative: false, duplicate: false, scope: "global" });
      }),
    );
  });
});
