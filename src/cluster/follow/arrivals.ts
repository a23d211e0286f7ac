import { type Clock } from "../../base/index.ts";

/** Reads a stream piece by piece, with an eye on silence. Nothing is read before it is asked for. */
export type Arrivals = Readonly<{
  /** The next piece, the end, or "silence" when nothing came in time: what comes later is for the next call. */
  next(withinMs: number): Promise<Uint8Array | "end" | "silence">;
}>;

/** A chunk beyond this comes in pieces, so that no piece takes more than a few milliseconds to parse and to take in. */
const pieceBytes = 128 * 1024;

export function createArrivals(body: AsyncIterable<Uint8Array>, clock: Clock): Arrivals {
  const iterator = body[Symbol.asyncIterator]();
  let pending: Promise<Uint8Array | "end"> | undefined;
  let rest: Uint8Array | undefined;

  const read = async (): Promise<Uint8Array | "end"> => {
    const { done, value } = await iterator.next();
    return done === true ? "end" : value;
  };
  const piece = (chunk: Uint8Array): Uint8Array => {
    rest = chunk.length > pieceBytes ? chunk.subarray(pieceBytes) : undefined;
    return rest === undefined ? chunk : chunk.subarray(0, pieceBytes);
  };
  return {
    async next(withinMs) {
      if (rest !== undefined) return piece(rest);
      pending ??= read();
      const arrival = await inTime(pending, withinMs, clock);
      if (arrival === "silence") return arrival;
      pending = undefined;
      return arrival === "end" ? arrival : piece(arrival);
    },
  };
}

/** The promise's outcome, or "silence" after `withinMs`. A failure that comes later is not lost on the promise. */
export async function inTime<T>(work: Promise<T>, withinMs: number, clock: Clock): Promise<T | "silence"> {
  const { promise, resolve } = Promise.withResolvers<"silence">();
  const cancel = clock.after(withinMs, () => resolve("silence"));
  try {
    return await Promise.race([work, promise]);
  } finally {
    cancel();
  }
}
