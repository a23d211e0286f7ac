import { aligned, type Attribute, decodeAttributes, encodeAttributes, textOf, viewOf } from "./attributes.ts";

/** What is asked of the kernel: `body` is the family's own header (struct ifinfomsg, rtmsg …), followed by attributes. */
export type Message = Readonly<{ type: number; flags: number; body: Uint8Array; attributes: readonly Attribute[] }>;

/** What the kernel says: `body` still holds the family's header and the attributes. */
export type Reply = Readonly<{ type: number; flags: number; sequence: number; body: Uint8Array }>;

/** linux/netlink.h */
export const flag = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  dumpInterrupted: 0x10,
  replace: 0x100,
  dump: 0x300,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
} as const;

export const controlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

const headerBytes = 16;

/** One message as the kernel reads it (struct nlmsghdr): the length in front is the whole message's. */
export function encodeMessage({ type, flags, body, attributes }: Message, sequence: number): Uint8Array {
  const tail = encodeAttributes(attributes);
  const length = headerBytes + aligned(body.length) + tail.length;
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, headerBytes);
  bytes.set(tail, headerBytes + aligned(body.length));
  return bytes;
}

/** Every whole message in one datagram. */
export function decodeMessages(bytes: Uint8Array): readonly Reply[] {
  const view = viewOf(bytes);
  const replies: Reply[] = [];
  for (let offset = 0; offset + headerBytes <= bytes.length;) {
    const length = view.getUint32(offset, true);
    if (length < headerBytes || offset + length > bytes.length) break;
    replies.push({
      type: view.getUint16(offset + 4, true),
      flags: view.getUint16(offset + 6, true),
      sequence: view.getUint32(offset + 8, true),
      body: bytes.subarray(offset + headerBytes, offset + length),
    });
    offset += aligned(length);
  }
  return replies;
}

const acknowledgement = { capped: 0x100, hasAttributes: 0x200, text: 1 } as const;

/** What an acknowledgement says: errno 0 is success. `text` is the kernel's own word on what was wrong, when it has one. */
export type Acknowledgement = Readonly<{ errno: number; text?: string }>;

/** Reads struct nlmsgerr with its extended acknowledgement (NETLINK_EXT_ACK). */
export function decodeAcknowledgement({ body, flags }: Reply): Acknowledgement {
  const view = viewOf(body);
  const errno = body.length >= 4 ? 0 - view.getInt32(0, true) : 0;
  if ((flags & acknowledgement.hasAttributes) === 0 || body.length < 20) return { errno };
  const echoed = (flags & acknowledgement.capped) === 0 ? view.getUint32(4, true) : headerBytes;
  const found = textOf(decodeAttributes(body.subarray(4 + aligned(echoed))).get(acknowledgement.text));
  return found === undefined ? { errno } : { errno, text: found };
}
