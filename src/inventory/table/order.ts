/** Rows in the order of their keys (compared by UTF-16 code units), kept as they come and go. */
export type RowOrder = Readonly<{
  /** The key must not be in it yet. */
  add(key: string, row: number): void;
  remove(key: string): void;
  /** Up to `count` rows behind `key` ("" for the start), in order; the key itself need not be there any more. */
  after(key: string, count: number): readonly number[];
  /** The key that stands at this place, from 0 on. */
  keyAt(index: number): string | undefined;
  size(): number;
}>;

const fullChunk = 512;

/** Chunks of at most 512 rows: a change costs a search and the move of a part of one chunk. `keyOf` gives a row's key. */
export function createRowOrder(keyOf: (row: number) => string): RowOrder {
  const chunks: number[][] = [];
  let size = 0;

  /** The first chunk whose last key is not below `key`; the number of chunks when there is none. */
  const chunkFor = (key: string): number =>
    lowerBound(chunks.length, (index) => {
      const last = chunks[index]?.at(-1);
      return last !== undefined && keyOf(last) < key;
    });
  const within = (chunk: readonly number[], key: string): number =>
    lowerBound(chunk.length, (index) => keyOf(chunk[index] ?? -1) < key);

  return {
    add(key, row) {
      size += 1;
      const number = Math.min(chunkFor(key), Math.max(0, chunks.length - 1));
      const chunk = chunks[number];
      if (chunk === undefined) {
        chunks.push([row]);
        return;
      }
      const at = within(chunk, key);
      if (chunk.length < fullChunk) chunk.splice(at, 0, row);
      // Behind everything, as lists come: a new chunk leaves the old one full.
      else if (at === chunk.length) chunks.splice(number + 1, 0, [row]);
      else {
        chunk.splice(at, 0, row);
        chunks.splice(number + 1, 0, chunk.splice(fullChunk / 2));
      }
    },
    remove(key) {
      const number = chunkFor(key);
      const chunk = chunks[number] ?? [];
      const at = within(chunk, key);
      const row = chunk[at];
      if (row === undefined || keyOf(row) !== key) return;
      size -= 1;
      chunk.splice(at, 1);
      if (chunk.length === 0) chunks.splice(number, 1);
    },
    after(key, count) {
      const found: number[] = [];
      let number = chunkFor(key);
      let at = within(chunks[number] ?? [], key);
      for (; number < chunks.length && found.length < count; number++, at = 0) {
        for (const row of chunks[number]?.slice(at) ?? []) {
          if (found.length === count) break;
          if (keyOf(row) !== key) found.push(row);
        }
      }
      return found;
    },
    keyAt(index) {
      let left = index;
      for (const chunk of chunks) {
        const row = chunk[left];
        if (row !== undefined && left < chunk.length) return keyOf(row);
        left -= chunk.length;
      }
      return undefined;
    },
    size: () => size,
  };
}

/** The first of `count` indexes for which `isBelow` is no longer true. */
function lowerBound(count: number, isBelow: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
