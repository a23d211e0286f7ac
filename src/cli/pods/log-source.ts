import { toHeddleError } from "../../base/index.ts";
import { type ClusterId, type LogOptions } from "../../model/index.ts";
import { type FleetCall } from "../fleet-call.ts";
import { type Entry } from "../output/entries.ts";

/** One container's log, and what stands before each of its lines. */
export type LogSource = Readonly<{ entry: Entry; container: string | undefined; prefix: string }>;

const newline = 0x0a;

/**
 * Writes a log to stdout: as it comes, or line by line behind its prefix. Answers with what went wrong, in words, or
 * undefined. Throws only when the call's signal aborts.
 */
export async function writeLog(call: FleetCall, source: LogSource, options: LogOptions): Promise<string | undefined> {
  const { entry, container, prefix } = source;
  const { name: pod, namespace = "" } = entry.object.metadata;
  try {
    const streams = await call.session.podStreams(entry.cluster.id);
    const chunks = await streams.logs({ namespace, pod, container }, { ...options, signal: call.signal });
    for await (const text of prefix === "" ? chunks : prefixedLines(chunks, prefix)) await call.output.writeBytes(text);
    return undefined;
  } catch (error) {
    call.signal.throwIfAborted();
    return failureWords(entry.cluster.id, `${pod}${container === undefined ? "" : `/${container}`}`, error);
  }
}

const failureWords = (cluster: ClusterId, what: string, error: unknown): string =>
  `error: ${what}: ${toHeddleError(error).message} (cluster ${cluster})`;

/** Whole lines behind a prefix, so that lines of several logs never run into each other. */
export async function* prefixedLines(chunks: AsyncIterable<Uint8Array>, prefix: string): AsyncGenerator<Uint8Array> {
  const before = Buffer.from(prefix);
  let rest: Uint8Array = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, start)) {
      lines.push(before, text.subarray(start, end + 1));
      start = end + 1;
    }
    rest = text.subarray(start);
    if (lines.length > 0) yield Buffer.concat(lines);
  }
  if (rest.length > 0) yield Buffer.concat([before, rest, Buffer.of(newline)]);
}
