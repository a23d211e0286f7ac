import { type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { anySignal, HeddleError, messageOf } from "../../base/index.ts";

/** "end": the source gave everything. "stopped": the other side is gone, or `stop` aborted; the rest was not read. */
export type InputEnd = "end" | "stopped";

/**
 * Hands what `source` gives to `send`, one chunk at a time and never the next before the last was taken, so that memory
 * stays bounded by the source's own buffer. The source is paused at the end but neither closed nor destroyed: it is the
 * caller's. Rejects with HEDDLE_STREAM_INPUT when the source fails; when `send` fails it only stops, because who
 * reads the connection knows why.
 */
export async function pumpInput(
  source: Readable,
  send: (chunk: Uint8Array) => Promise<void>,
  stop: AbortSignal,
): Promise<InputEnd> {
  const sendFailed = new AbortController();
  const stopped = anySignal(stop, sendFailed.signal);
  let taken: Promise<void> = Promise.resolve();
  const onData = (chunk: Uint8Array | string): void => {
    source.pause();
    taken = send(typeof chunk === "string" ? Buffer.from(chunk) : chunk).then(
      () => void (stopped.aborted || source.resume()),
      () => sendFailed.abort(),
    );
  };
  if (stopped.aborted) return "stopped";
  source.on("data", onData);
  // A source that was paused explicitly does not flow again by a listener alone.
  source.resume();
  try {
    await finished(source, { writable: false, cleanup: true, signal: stopped });
    await taken;
    return stopped.aborted ? "stopped" : "end";
  } catch (cause) {
    if (stopped.aborted) return "stopped";
    throw new HeddleError(`cannot read the input: ${messageOf(cause)}`, { code: "HEDDLE_STREAM_INPUT", cause });
  } finally {
    source.off("data", onData);
    source.pause();
  }
}
