import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addElement, batchBegin, decodeElements } from "./nftables.ts";
import { bytes, echo, hex } from "./testing/messages.ts";

describe("elements of nftables' sets", () => {
  const one = { table: "heddle", set: "m", key: Uint8Array.of(6, 0, 0, 0), data: Uint8Array.of(10, 0, 0, 1) };

  it("are added within a transaction of their own", () => {
    assert.equal(
      hex(addElement(one)),
      bytes(`
        48000000 0c0a 0504 07000000 00000000    // NFT_MSG_NEWSETELEM; request, ack, create
        01 00 0000                              // nfgenmsg: NFPROTO_INET
        0b00 0100 686564646c6500 00             // NFTA_SET_ELEM_LIST_TABLE
        0600 0200 6d00 0000                     // NFTA_SET_ELEM_LIST_SET
        2000 0380                               // NFTA_SET_ELEM_LIST_ELEMENTS
          1c00 0180                             //   NFTA_LIST_ELEM
            0c00 0180 0800 0100 06000000        //     NFTA_SET_ELEM_KEY: NFTA_DATA_VALUE
            0c00 0280 0800 0100 0a000001        //     NFTA_SET_ELEM_DATA: NFTA_DATA_VALUE
      `),
    );
    assert.equal(hex(batchBegin), bytes("14000000 1000 0100 07000000 00000000 00 00 000a"));
  });

  it("are read as they were written", () => {
    assert.deepEqual(decodeElements(echo(addElement(one))), [one]);
    const { data: _, ...key } = one;
    assert.deepEqual(decodeElements(echo(addElement(key))), [key]);
  });
});
