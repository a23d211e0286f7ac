import { type TerminalSize } from "../../model/index.ts";

/**
 * The subprotocols of exec and attach. Both put one byte, the channel's number, before each binary message. v5 adds the
 * closing of one channel (KEP-4006): without it a server cannot be told that stdin has ended.
 */
export const execProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;
export type ExecProtocol = (typeof execProtocols)[number];

/**
 * What to offer a server, one request after the other until one is not refused.
 *
 * v5 only where stdin has to be closed. The API server ends v5 itself and translates it to SPDY, and when its
 * connection to the node breaks (a kubelet restarts) it says "Success" to a command that it lost sight of, with part of
 * the output missing: so in 1.34, kubectl included. v4 goes through to the container runtime, whose own Status comes
 * back or none. A server that has given v4 up refuses it before anything is started.
 */
export const protocolOffers = (closesStdin: boolean): readonly (readonly ExecProtocol[])[] =>
  closesStdin ? [execProtocols] : [["v4.channel.k8s.io"], ["v5.channel.k8s.io"]];

/** Channel numbers of exec and attach; 255 is v5's word for "the channel named in the next byte ends here". */
export const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/**
 * The most bytes of data in one message that we send: the server holds a message whole before it hands it on. Smaller
 * than its limit (32 MiB) by far, larger than what makes the cost of a message show.
 */
export const maxChunkBytes = 64 * 1024;

/** A message as it came: everything behind the channel's byte, sharing the memory of the message. */
export type ChannelMessage = Readonly<{ channel: number; payload: Uint8Array }>;

/** One message of data; the data is copied. */
export function encodeData(channel: number, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(data.length + 1);
  message[0] = channel;
  message.set(data, 1);
  return message;
}

/** Data as messages of at most `maxBytes` of payload each; none for no data. */
export function* encodeChunks(channel: number, data: Uint8Array, maxBytes = maxChunkBytes): Iterable<Uint8Array> {
  for (let start = 0; start < data.length; start += maxBytes) {
    yield encodeData(channel, data.subarray(start, start + maxBytes));
  }
}

export type EndOfInput = Readonly<{
  protocol: string;
  /** How the end is told: by closing the channel, or by what a person at a terminal would type. */
  by: "closing" | "typing";
  /** The last byte of stdin; undefined when it was empty. */
  lastByte: number | undefined;
}>;

/**
 * What tells a command that stdin has ended; undefined where nothing can (closing in v4).
 *
 * Typing is Ctrl-D, and twice behind an unfinished line, of which the first only hands over what was typed.
 */
export function encodeEndOfInput({ protocol, by, lastByte }: EndOfInput): Uint8Array | undefined {
  if (by === "closing")
    return protocol === "v5.channel.k8s.io" ? Uint8Array.of(channels.close, channels.stdin) : undefined;
  const unfinished = lastByte !== undefined && lastByte !== newline && lastByte !== endOfTransmission;
  return Uint8Array.of(channels.stdin, ...(unfinished ? [endOfTransmission] : []), endOfTransmission);
}

const newline = 0x0a;
const endOfTransmission = 0x04;

/** The terminal's new size, as Go's remotecommand.TerminalSize: sixteen bits each. */
export function encodeResize({ columns, rows }: TerminalSize): Uint8Array {
  const size = { Width: asUint16(columns), Height: asUint16(rows) };
  return encodeData(channels.resize, new TextEncoder().encode(JSON.stringify(size)));
}

/** Undefined for an empty message, which says nothing. */
export function decodeMessage(message: Uint8Array): ChannelMessage | undefined {
  const channel = message[0];
  return channel === undefined ? undefined : { channel, payload: message.subarray(1) };
}

const asUint16 = (value: number): number => Math.max(0, Math.min(0xffff, Math.trunc(value)));
