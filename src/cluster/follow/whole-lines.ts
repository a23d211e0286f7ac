/** Gathers a byte stream into pieces of whole lines, however its chunks fall. */
export type WholeLines = Readonly<{
  push(chunk: Uint8Array): void;
  /** Bytes of whole lines that wait. */
  bytes(): number;
  /** Bytes of the line that has not ended yet. */
  openBytes(): number;
  /** The whole lines, each with its newline, alone in their buffer. */
  take(): Buffer<ArrayBuffer>;
  /** The line that has not ended yet; from then on there is none. */
  takeOpen(): Buffer<ArrayBuffer>;
}>;

const newline = 10;

/** Each byte is copied once. */
export function createWholeLines(): WholeLines {
  let whole: Uint8Array[] = [];
  let wholeBytes = 0;
  let open: Uint8Array[] = [];
  let openBytes = 0;
  return {
    push(chunk) {
      const end = chunk.lastIndexOf(newline) + 1;
      if (end > 0) {
        whole.push(...open, chunk.subarray(0, end));
        wholeBytes += openBytes + end;
        [open, openBytes] = [[], 0];
      }
      if (end < chunk.length) open.push(chunk.subarray(end));
      openBytes += chunk.length - end;
    },
    bytes: () => wholeBytes,
    openBytes: () => openBytes,
    take() {
      const taken = joined(whole, wholeBytes);
      [whole, wholeBytes] = [[], 0];
      return taken;
    },
    takeOpen() {
      const taken = joined(open, openBytes);
      [open, openBytes] = [[], 0];
      return taken;
    },
  };
}

/** Buffer.concat may give a part of a buffer that others lie in. */
function joined(parts: readonly Uint8Array[], bytes: number): Buffer<ArrayBuffer> {
  const all = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
