import { HeddleError } from "../../base/index.ts";

/** Cuts a byte stream into lines, however its chunks fall. */
export type LineSplitter = Readonly<{
  /**
   * The lines that end within this chunk, decoded from UTF-8, without their newline; empty lines are left out. Fails
   * with HEDDLE_CLUSTER_PROTOCOL when a line grows beyond the limit.
   */
  push(chunk: Uint8Array): readonly string[];
  /** Bytes of the line that has not ended yet: not zero at the end of a stream that was cut. */
  pendingBytes(): number;
}>;

const newline = 10;

/** No byte is looked at or copied more than once, so that one long line in many chunks stays linear. */
export function createLineSplitter(maxLineBytes: number): LineSplitter {
  let parts: Buffer[] = [];
  let partBytes = 0;

  const keep = (part: Buffer): void => {
    partBytes += part.length;
    if (partBytes > maxLineBytes) throw tooLong(maxLineBytes);
    parts.push(part);
  };
  const takeKept = (): string => {
    const line = Buffer.concat(parts, partBytes).toString("utf8");
    parts = [];
    partBytes = 0;
    return line;
  };
  return {
    push(chunk) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        if (partBytes > 0) {
          keep(bytes.subarray(start, end));
          lines.push(takeKept());
        } else if (end > start) {
          lines.push(bytes.toString("utf8", start, end));
        }
        start = end + 1;
      }
      if (start < bytes.length) keep(bytes.subarray(start));
      return lines;
    },
    pendingBytes: () => partBytes,
  };
}

const tooLong = (maxLineBytes: number): HeddleError =>
  new HeddleError(
    `a line of the watch is longer than ${maxLineBytes} bytes: expected one event a line; is a proxy changing the stream?`,
    { code: "HEDDLE_CLUSTER_PROTOCOL", retryable: true },
  );
