import { type Readable, type Writable } from "node:stream";
import { abortable, HeddleError, type Logger, messageOf } from "../../base/index.ts";
import { type ExecResult, type TerminalSize } from "../../model/index.ts";
import { type ApiSocket } from "../api-client.ts";
import {
  channels,
  decodeMessage,
  encodeChunks,
  encodeEndOfInput,
  encodeResize,
  type EndOfInput,
} from "./channel-protocol.ts";
import { decodeExecStatus, type ExecOutcome } from "./exec-status.ts";
import { pumpInput } from "./stream-input.ts";
import { createOutput, type Output } from "./stream-output.ts";

export type SessionStreams = Readonly<{
  stdin?: Readable | undefined;
  stdout?: Writable | undefined;
  stderr?: Writable | undefined;
  tty?: boolean;
  /** Default "closing". */
  endOfInput?: EndOfInput["by"];
  /** Without a terminal nobody is told. */
  sizes?: AsyncIterable<TerminalSize> | undefined;
  signal?: AbortSignal | undefined;
}>;

/**
 * Carries one exec or attach session over an open socket, to its exit code, and closes the socket however it ends.
 *
 * All output has been taken by `stdout` and `stderr` before the exit code is told. A slow output holds the session up
 * (the server then stops reading the command's output, and the command waits), both outputs together: they share one
 * connection. Streams of the caller stay open.
 */
export async function runSession(socket: ApiSocket, streams: SessionStreams, log: Logger): Promise<ExecResult> {
  const over = new AbortController();
  using stdout = createOutput(streams.stdout);
  using stderr = createOutput(streams.stderr);
  try {
    streams.signal?.throwIfAborted();
    const sending = { stop: over.signal, log };
    const inputFailed = sendInput(socket, streams, sending);
    if (streams.tty) void sendSizes(socket, streams.sizes, sending);
    const outcome = Promise.race([receive(socket, { stdout, stderr }), inputFailed]);
    return resultOf(await abortable(outcome, streams.signal));
  } finally {
    over.abort();
    socket.close();
    await socket[Symbol.asyncDispose]();
  }
}

/** Reads until the Status that ends every session, and hands the outputs on. */
async function receive(socket: ApiSocket, outputs: Readonly<{ stdout: Output; stderr: Output }>): Promise<ExecOutcome> {
  for await (const bytes of socket.messages) {
    const message = decodeMessage(bytes);
    // The server greets with an empty message on the first channel that it writes.
    if (message === undefined || message.payload.length === 0) continue;
    if (message.channel === channels.stdout) await outputs.stdout.write(message.payload);
    else if (message.channel === channels.stderr) await outputs.stderr.write(message.payload);
    else if (message.channel === channels.status) {
      await outputs.stdout.flush();
      await outputs.stderr.flush();
      return decodeExecStatus(message.payload);
    }
  }
  throw new HeddleError("the connection ended before the server told how the command ended", {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
  });
}

type Sending = Readonly<{ stop: AbortSignal; log: Logger }>;

/** Sends stdin and its end. The promise only ever rejects: by itself, the end of stdin ends no session. */
async function sendInput(
  socket: ApiSocket,
  { stdin, endOfInput = "closing" }: SessionStreams,
  { stop, log }: Sending,
): Promise<never> {
  const never = new Promise<never>(() => {});
  if (stdin === undefined) return never;
  let lastByte: number | undefined;
  const send = async (data: Uint8Array): Promise<void> => {
    for (const message of encodeChunks(channels.stdin, data)) await socket.send(message);
    lastByte = data.at(-1) ?? lastByte;
  };
  const end = await pumpInput(stdin, send, stop);
  if (end === "stopped") return never;
  const message = encodeEndOfInput({ protocol: socket.protocol, by: endOfInput, lastByte });
  if (message === undefined)
    log.warn(
      { protocol: socket.protocol },
      "the end of the input cannot be told to this API server (Kubernetes before 1.30): a command that reads to the end waits on",
    );
  // A connection that breaks here is told by `receive`.
  else await socket.send(message).catch(() => {});
  return never;
}

/** Sends each size of the terminal. A source of sizes that fails leaves the session as it is. */
async function sendSizes(
  socket: ApiSocket,
  sizes: AsyncIterable<TerminalSize> | undefined,
  { stop, log }: Sending,
): Promise<void> {
  if (sizes === undefined) return;
  const iterator = sizes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await abortable(iterator.next(), stop);
      if (next.done) return;
      await socket.send(encodeResize(next.value));
    }
  } catch (error) {
    if (stop.aborted) void iterator.return?.().catch(() => {});
    else log.warn({ error: messageOf(error) }, "the terminal's size is not followed any more");
  }
}

function resultOf(outcome: ExecOutcome): ExecResult {
  if ("error" in outcome) throw outcome.error;
  return { exitCode: outcome.exitCode };
}
