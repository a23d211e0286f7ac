import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dumpFlows, flowSentTo } from "./conntrack.ts";
import { bytes, echo, hex } from "./testing/messages.ts";

describe("flows", () => {
  const sentTo = { family: 4, protocol: 17, port: 5353 } as const;

  it("are asked for by protocol and port", () => {
    assert.equal(
      hex(dumpFlows(sentTo)),
      bytes(`
        38000000 0101 0103 07000000 00000000    // IPCTNL_MSG_CT_GET; request, dump
        02 00 0000                              // nfgenmsg: AF_INET
        1800 0180                               // CTA_TUPLE_ORIG
          1400 0280                             //   CTA_TUPLE_PROTO
            0500 0100 11 000000                 //     CTA_PROTO_NUM
            0600 0300 14e9 0000                 //     CTA_PROTO_DST_PORT
        0c00 1980                               // CTA_FILTER
          0800 0100 28000000                    //   CTA_FILTER_ORIG_FLAGS: protocol, destination port
      `),
    );
  });

  it("are known by what they were sent to, where a kernel tells all of them", () => {
    const reply = echo(dumpFlows(sentTo));
    assert.ok(flowSentTo(reply, sentTo));
    assert.equal(flowSentTo(reply, { ...sentTo, port: 5354 }), undefined);
    assert.equal(flowSentTo(reply, { ...sentTo, protocol: 6 }), undefined);
  });
});
