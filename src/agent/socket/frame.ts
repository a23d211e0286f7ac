import { HeddleError } from "../../base/index.ts";
import { type CniAnswer } from "../cni/dispatch.ts";

/**
 * How the executable and the agent talk (native/agent.c has the other half): one request and one answer a
 * connection. "HDLC", u8 protocol version, u8 kind, u16 0, u32 length (little endian), then the body.
 */
export const headerBytes = 12;
export const bodyLimitBytes = 1 << 20;
const magic = 0x434c4448;

/** The protocol versions that this agent answers. */
export const spokenVersions = { lowest: 1, highest: 1 } as const;

const kinds = { request: 1, answer: 2, otherVersion: 3 } as const;

/** Names of a request's fields, by their ids. Fields of other ids are a later client's, and skipped. */
export const fieldIds = {
  command: 1,
  containerId: 2,
  netns: 3,
  ifname: 4,
  args: 5,
  path: 6,
  input: 7,
  client: 8,
} as const;
export type FieldName = keyof typeof fieldIds;

const fieldNames = new Map(Object.entries(fieldIds).map(([name, id]) => [id as number, name as FieldName]));

/** What the executable was called with. What is undefined was not set. */
export type CniCall = Readonly<Partial<Record<FieldName, string>>>;

/** What came before a request that cannot be answered. */
export type FrameFault = Readonly<{ fault: "garbled" | "other version"; message: string }>;

export type Header = Readonly<{ version: number; bodyBytes: number }>;

/** Reads a request's header. The lengths are checked before a byte of the body is taken. */
export function readHeader(bytes: Buffer): Header | FrameFault {
  if (bytes.length < headerBytes) return garbled(`${bytes.length} bytes, expected a header of ${headerBytes}`);
  if (bytes.readUInt32LE(0) !== magic) return garbled("it does not begin with HDLC");
  const version = bytes.readUInt8(4);
  const kind = bytes.readUInt8(5);
  const bodyBytes = bytes.readUInt32LE(8);
  if (version < spokenVersions.lowest || version > spokenVersions.highest)
    return { fault: "other version", message: `it speaks protocol ${version}` };
  if (kind !== kinds.request) return garbled(`it is of kind ${kind}, expected ${kinds.request}`);
  if (bodyBytes > bodyLimitBytes) return garbled(`its body has ${bodyBytes} bytes, ${bodyLimitBytes} are allowed`);
  return { version, bodyBytes };
}

const garbled = (message: string): FrameFault => ({ fault: "garbled", message });

export const isFault = (value: object): value is FrameFault => "fault" in value;

/** Reads a request's body. Each field may come once. */
export function readCall(body: Buffer): CniCall | FrameFault {
  const call: Partial<Record<FieldName, string>> = {};
  for (let at = 0; at < body.length;) {
    if (body.length - at < 5) return garbled("a field's header is cut off");
    const name = fieldNames.get(body.readUInt8(at));
    const end = at + 5 + body.readUInt32LE(at + 1);
    if (end > body.length) return garbled("a field is longer than the body");
    if (name !== undefined && call[name] !== undefined) return garbled(`the field ${name} comes twice`);
    if (name !== undefined) call[name] = body.toString("utf8", at + 5, end);
    at = end;
  }
  return call;
}

/** A whole request, as one file of the queue holds it. */
export function readRequest(bytes: Buffer): CniCall | FrameFault {
  const header = readHeader(bytes);
  if (isFault(header)) return header;
  const body = bytes.subarray(headerBytes);
  if (body.length !== header.bodyBytes) return garbled(`${body.length} bytes follow a header for ${header.bodyBytes}`);
  return readCall(body);
}

function frame(kind: number, body: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(magic, 0);
  header.writeUInt8(spokenVersions.highest, 4);
  header.writeUInt8(kind, 5);
  header.writeUInt32LE(body.length, 8);
  return Buffer.concat([header, body]);
}

/** Throws HEDDLE_CNI_TOO_LONG for an answer that the executable would not take. */
export function writeAnswer({ status, output }: CniAnswer): Buffer {
  const body = Buffer.concat([Buffer.of(status), Buffer.from(output)]);
  if (body.length > bodyLimitBytes)
    throw new HeddleError(`an answer of ${body.length} bytes; ${bodyLimitBytes} are allowed`, {
      code: "HEDDLE_CNI_TOO_LONG",
    });
  return frame(kinds.answer, body);
}

/** To a client of another protocol version: which ones there are. */
export const writeOtherVersion = (): Buffer =>
  frame(kinds.otherVersion, Buffer.of(spokenVersions.lowest, spokenVersions.highest));

/** What the executable sends: for the queue's tests, and for who asks the agent without it. */
export function writeRequest(call: CniCall): Buffer {
  const fields = Object.entries(call).flatMap(([name, text]) => {
    const value = Buffer.from(text);
    const header = Buffer.alloc(5);
    header.writeUInt8(fieldIds[name as FieldName], 0);
    header.writeUInt32LE(value.length, 1);
    return [header, value];
  });
  return frame(kinds.request, Buffer.concat(fields));
}
