import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  channels,
  decodeMessage,
  encodeChunks,
  encodeData,
  encodeEndOfInput,
  encodeResize,
  execProtocols,
  maxChunkBytes,
  protocolOffers,
} from "./channel-protocol.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const hex = (message: Uint8Array): string => Buffer.from(message).toString("hex");

describe("the channel protocol of exec and attach", () => {
  it("puts the channel's number before the data", () => {
    assert.equal(hex(encodeData(channels.stdin, bytes("foo\n"))), "00666f6f0a");
  });

  it("ends stdin by the bytes 255 and 0 in v5, and cannot in v4", () => {
    const end = { by: "closing", lastByte: 65 } as const;
    assert.deepEqual(encodeEndOfInput({ ...end, protocol: "v5.channel.k8s.io" }), Uint8Array.of(255, 0));
    assert.equal(encodeEndOfInput({ ...end, protocol: "v4.channel.k8s.io" }), undefined);
    assert.equal(encodeEndOfInput({ ...end, protocol: "" }), undefined);
  });

  it("ends a terminal's input by Ctrl-D in both, and twice behind an unfinished line", () => {
    for (const protocol of execProtocols) {
      const end = (lastByte: number | undefined) => encodeEndOfInput({ protocol, by: "typing", lastByte });
      assert.deepEqual(end(undefined), Uint8Array.of(0, 4));
      assert.deepEqual(end(0x0a), Uint8Array.of(0, 4));
      assert.deepEqual(end(0x04), Uint8Array.of(0, 4));
      assert.deepEqual(end(65), Uint8Array.of(0, 4, 4));
    }
  });

  it("tells a terminal's size as Width and Height on channel 4", () => {
    const message = encodeResize({ columns: 120, rows: 40 });
    assert.equal(message[0], 4);
    assert.equal(Buffer.from(message.subarray(1)).toString(), '{"Width":120,"Height":40}');
  });

  it("keeps a size within what sixteen bits hold, or the server's decoder would stop for good", () => {
    const message = encodeResize({ columns: 100_000, rows: -3.5 });
    assert.equal(Buffer.from(message.subarray(1)).toString(), '{"Width":65535,"Height":0}');
  });

  it("takes the channel off a message without copying the data", () => {
    const message = Buffer.from("0168690a", "hex");
    const decoded = decodeMessage(message);
    assert.equal(decoded?.channel, channels.stdout);
    assert.equal(Buffer.from(decoded?.payload ?? []).toString(), "hi\n");
    assert.equal(decoded?.payload.buffer, message.buffer);
  });

  it("has nothing to say of an empty message", () => {
    assert.equal(decodeMessage(new Uint8Array()), undefined);
  });

  it("sends nothing for no data: an empty message would stop a reader that takes it for the end", () => {
    assert.deepEqual([...encodeChunks(channels.stdin, new Uint8Array())], []);
  });

  it("splits data into messages that are no longer than allowed, and loses and reorders no byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 64 }), (data, maxBytes) => {
        const payloads = [...encodeChunks(7, data, maxBytes)].map(decodeMessage);
        assert.ok(payloads.every((message) => message?.channel === 7 && message.payload.length <= maxBytes));
        assert.deepEqual(
          Buffer.concat(payloads.map((message) => message?.payload ?? new Uint8Array())),
          Buffer.from(data),
        );
      }),
    );
  });

  it("keeps messages far below the 32 MiB that a server takes", () => {
    assert.ok([...encodeChunks(0, new Uint8Array(1_000_000))].every((message) => message.length <= maxChunkBytes + 1));
  });

  it("is v5 where stdin must be closed, and v4, which tells of broken connections, elsewhere", () => {
    assert.deepEqual(protocolOffers(true), [["v5.channel.k8s.io", "v4.channel.k8s.io"]]);
    assert.deepEqual(protocolOffers(false), [["v4.channel.k8s.io"], ["v5.channel.k8s.io"]]);
  });
});
