import { type Socket } from "node:net";
import { abortable, type Clock, HeddleError } from "../../base/index.ts";
import { type ApiSocket } from "../api-client.ts";
import { breakOff } from "./break-off.ts";
import { decodeMessage, encodeChunks } from "./channel-protocol.ts";
import { createPortPrefix, portChannels } from "./port-channel.ts";
import { createQuietTimer, type QuietTimer } from "./quiet-timer.ts";
import { pumpInput } from "./stream-input.ts";
import { createOutput, type Output } from "./stream-output.ts";

export type ConnectionOptions = Readonly<{
  /** The pod's port, as the server must announce it. */
  port: number;
  clock: Clock;
  /** How long the pod must have been silent, after the local side sent its end, until the connection is closed. */
  halfCloseQuietMs: number;
  signal: AbortSignal;
}>;

/**
 * Carries one local TCP connection over one open WebSocket until both are over, and closes both however it ends.
 *
 * The pod's end reaches the local side behind all its data. The local side's end cannot be told to the pod: the
 * subprotocol has no word for it, and container runtimes close a forwarded connection soon after either side's end. So
 * the pod may go on answering, and when it has been silent for `halfCloseQuietMs` the connection is closed, which the
 * pod sees as the end.
 *
 * Rejects with HEDDLE_CLUSTER_PORT_FORWARD when the server says why it failed (connection refused in the pod), as the
 * socket does when it breaks, and with HEDDLE_STREAM_INPUT or _OUTPUT when the local side broke. The local connection
 * is then reset, not ended, so that its client does not take what it has for everything.
 */
export async function carryConnection(local: Socket, socket: ApiSocket, options: ConnectionOptions): Promise<void> {
  const over = new AbortController();
  const quiet = createQuietTimer(options.clock, options.halfCloseQuietMs, () => socket.close());
  using output = createOutput(local);
  try {
    options.signal.throwIfAborted();
    const received = receive(socket, { output, quiet, port: options.port });
    const inputFailed = send(local, socket, { quiet, stop: over.signal });
    await abortable(Promise.race([received, inputFailed]), options.signal);
    over.abort();
    local.end();
    // Read to its end, or unread bytes would make the kernel reset the connection and lose what was just written.
    local.resume();
  } catch (error) {
    breakOff(local);
    throw error;
  } finally {
    over.abort();
    quiet.stop();
    socket.close();
    await socket[Symbol.asyncDispose]();
  }
}

/** Hands the pod's bytes on until the server closes; throws what the server says on the error channel. */
async function receive(
  socket: ApiSocket,
  { output, quiet, port }: Readonly<{ output: Output; quiet: QuietTimer; port: number }>,
): Promise<void> {
  const prefixes = [createPortPrefix(port), createPortPrefix(port)];
  const errors: Uint8Array[] = [];
  for await (const bytes of socket.messages) {
    const message = decodeMessage(bytes);
    const payload = message && prefixes[message.channel]?.strip(message.payload);
    if (payload === undefined || payload.length === 0) continue;
    quiet.touch();
    if (message?.channel === portChannels.data) await output.write(payload);
    else errors.push(payload.slice());
  }
  if (errors.length > 0) throw forwardFailed(Buffer.concat(errors).toString("utf8"), port);
}

/** Sends what the local side gives. Only ever rejects: its end alone does not end the connection. */
async function send(
  local: Socket,
  socket: ApiSocket,
  { quiet, stop }: Readonly<{ quiet: QuietTimer; stop: AbortSignal }>,
): Promise<never> {
  const forward = async (data: Uint8Array): Promise<void> => {
    for (const message of encodeChunks(portChannels.data, data)) await socket.send(message);
  };
  const end = await pumpInput(local, forward, stop);
  if (end === "end") quiet.start();
  return new Promise<never>(() => {});
}

/** The server's text names sandboxes and namespaces of the node; what people look for is in its last words. */
function forwardFailed(said: string, port: number): HeddleError {
  const why = /connection refused/.test(said) ? "connection refused: nothing listens there" : said.trim();
  return new HeddleError(`port ${port} of the pod cannot be reached: ${why}`, {
    code: "HEDDLE_CLUSTER_PORT_FORWARD",
    retryable: true,
    details: { port, said },
  });
}
