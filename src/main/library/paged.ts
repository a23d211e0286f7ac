import { type Paged } from "./model.ts";

/** Pages as they are read, and their items. Each iteration reads anew. */
export function paged<T>(pages: () => AsyncIterable<readonly T[]>): Paged<T> {
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page;
    },
  };
}

/** A list cut into pages. */
export function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
