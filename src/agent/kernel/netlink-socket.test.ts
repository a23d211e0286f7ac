import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Calls } from "./calls.ts";
import { u32 } from "./netlink/attributes.ts";
import { encodeMessage, flag, type Message } from "./netlink/message.ts";
import { openNetlink, SystemRefusal } from "./netlink-socket.ts";

const ok = { value: 0, errno: 0 };
const question: Message = { type: 18, flags: flag.request | flag.dump, body: new Uint8Array(), attributes: [] };

/** A kernel that answers each request with the next of these datagrams; "seq" is put in place of the sequence. */
function answering(
  datagrams: readonly (readonly Readonly<{ type: number; flags: number; body?: Uint8Array; sequence?: number }>[])[],
) {
  const left = [...datagrams];
  const sent: Uint8Array[] = [];
  let sequence = 0;
  const calls: Calls = {
    setns: () => ok,
    socket: () => ({ value: 5, errno: 0 }),
    bind: () => ok,
    setsockopt: () => ok,
    send: (_, bytes) => {
      sent.push(bytes.slice());
      sequence = new DataView(bytes.buffer).getUint32(8, true);
      return ok;
    },
    sendAside: async () => 0,
    receive: (_, into) => {
      const datagram = left.shift();
      if (datagram === undefined) return { value: -1, errno: 11 };
      const bytes = Buffer.concat(
        datagram.map(({ body = new Uint8Array(), sequence: own = sequence, ...rest }) =>
          encodeMessage({ ...rest, body, attributes: [] }, own),
        ),
      );
      into.set(bytes);
      return { value: bytes.length, errno: 0 };
    },
    close: () => ok,
    flock: () => ok,
    bpf: () => ok,
    addressOf: () => 0n,
    trim: () => {},
    abort: () => {},
  };
  return { calls, sent };
}

const done = { type: 3, flags: flag.multi, body: u32(0) };
const link = { type: 16, flags: flag.multi, body: u32(7) };

describe("a netlink socket", () => {
  it("asks for a dump again when the kernel says that it changed under way", () => {
    const { calls, sent } = answering([
      [link, { ...link, flags: flag.multi | flag.dumpInterrupted }],
      [done],
      [link],
      [{ ...done, flags: flag.multi }],
    ]);
    assert.equal(openNetlink(calls).dump(question).length, 1);
    assert.equal(sent.length, 2);
  });

  it("leaves answers to earlier questions unread", () => {
    const { calls } = answering([[{ ...link, sequence: 99 }], [link], [done]]);
    assert.equal(openNetlink(calls).dump(question).length, 1);
  });

  it("tells the kernel's refusal by its name", () => {
    const { calls } = answering([[{ type: 2, flags: 0, body: Buffer.concat([u32(-17), new Uint8Array(16)]) }]]);
    assert.throws(
      () => openNetlink(calls).ask({ ...question, flags: flag.request | flag.ack }),
      (error) => error instanceof SystemRefusal && error.errno === "EEXIST",
    );
  });

  it("does not wait for ever for a kernel that is silent", () => {
    const { calls } = answering([]);
    assert.throws(
      () => openNetlink(calls).ask(question),
      (error) => error instanceof SystemRefusal && error.errno === "EAGAIN",
    );
  });
});
