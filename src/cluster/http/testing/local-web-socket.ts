import { createHash } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type Duplex } from "node:stream";

/** One frame as it came: messages of these tests are never fragmented. */
export type Frame = Readonly<{ opcode: number; payload: Buffer }>;

/** A server's side of a WebSocket (RFC 6455), as bare as tests need it. */
export type LocalWebSocket = Readonly<{
  socket: Duplex;
  frames: readonly Frame[];
  /** True when the socket takes more. */
  send(payload: Buffer | string, opcode?: number): boolean;
  close(code: number, reason?: string): void;
}>;

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type AcceptOptions = Readonly<{ protocol?: string; answerPings?: boolean; onFrame?: (frame: Frame) => void }>;

/** Completes the opening handshake; answers pings and closes. */
export function acceptWebSocket(
  request: Pick<IncomingMessage, "headers">,
  socket: Duplex,
  options: AcceptOptions = {},
): LocalWebSocket {
  const { protocol, answerPings = true, onFrame } = options;
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  socket.write([...lines, ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []), "", ""].join("\r\n"));
  const frames: Frame[] = [];
  let buffered: Buffer = Buffer.alloc(0);
  const send: LocalWebSocket["send"] = (payload, opcode = opcodes.binary) =>
    socket.writable && socket.write(encode(opcode, Buffer.from(payload)));
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let next = decode(buffered); next !== undefined; next = decode(buffered)) {
      buffered = buffered.subarray(next.length);
      frames.push(next.frame);
      onFrame?.(next.frame);
      if (next.frame.opcode === opcodes.ping && answerPings) send(next.frame.payload, opcodes.pong);
      if (next.frame.opcode === opcodes.close) socket.end(encode(opcodes.close, next.frame.payload));
    }
  });
  return {
    socket,
    frames,
    send,
    close(code, reason = "") {
      const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
      payload.writeUInt16BE(code);
      payload.write(reason, 2);
      send(payload, opcodes.close);
    },
  };
}

function encode(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.of(0x80 | opcode, length) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  if (length >= 126) {
    head[0] = 0x80 | opcode;
    head[1] = length < 65_536 ? 126 : 127;
    if (length < 65_536) head.writeUInt16BE(length, 2);
    else head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** The first frame of the buffer, unmasked, and its whole length; undefined until it is complete. */
function decode(buffer: Buffer): Readonly<{ frame: Frame; length: number }> | undefined {
  if (buffer.length < 2) return undefined;
  const short = buffer.readUInt8(1) & 0x7f;
  const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (buffer.length < headLength + 4) return undefined;
  const size = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
  const length = headLength + 4 + size;
  if (buffer.length < length) return undefined;
  const mask = buffer.subarray(headLength, headLength + 4);
  const payload = Buffer.from(buffer.subarray(headLength + 4, length)).map(
    (byte, index) => byte ^ (mask[index % 4] ?? 0),
  );
  return { frame: { opcode: buffer.readUInt8(0) & 0x0f, payload: Buffer.from(payload) }, length };
}
