import { type Clock } from "../../base/index.ts";

/** Reads a stream chunk by chunk, with an eye on silence. Nothing is read before it is asked for. */
export type Arrivals = Readonly<{
  /** The next chunk, the end, or "silence" when nothing came in time: what comes later is for the next call. */
  next(withinMs: number): Promise<Uint8Array | "end" | "silence">;
}>;

export function createArrivals(body: AsyncIterable<Uint8Array>, clock: Clock): Arrivals {
  const iterator = body[Symbol.asyncIterator]();
  let pending: Promise<Uint8Array | "end"> | undefined;

  const read = async (): Promise<Uint8Array | "end"> => {
    const { done, value } = await iterator.next();
    return done === true ? "end" : value;
  };
  return {
    async next(withinMs) {
      pending ??= read();
      const arrival = await inTime(pending, withinMs, clock);
      if (arrival !== "silence") pending = undefined;
      return arrival;
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
