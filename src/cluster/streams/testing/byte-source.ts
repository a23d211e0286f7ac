import { createHash } from "node:crypto";
import { Readable } from "node:stream";

/** So many bytes, and their hash as they are read. */
export function source(bytes: number): Readonly<{ stdin: Readable; hash(): string }> {
  const block = Buffer.alloc(64 * 1024, "0123456789abcdef!");
  const hash = createHash("sha256");
  let left = bytes;
  const stdin = new Readable({
    read() {
      if (left === 0) return void this.push(null);
      const chunk = block.subarray(0, Math.min(left, block.length));
      left -= chunk.length;
      hash.update(chunk);
      this.push(chunk);
    },
  });
  return { stdin, hash: () => hash.digest("hex") };
}
