import { type Clock, isHeddleError } from "../../base/index.ts";

/** Does the work; where it fails because an address is held, or all are, what gone pods hold is freed and it is done again. */
export type ForWant = <T>(work: () => Promise<T>) => Promise<T>;

export type ForWantDeps = Readonly<{
  clock: Clock;
  /** Frees what gone pods hold, and answers how many there were. Verbs wait for it. */
  reclaim: () => Promise<number>;
}>;

/** How long nothing is freed after it was tried in vain: who asks wrongly asks again and again, and holds up all verbs. */
export const afterVainMs = 5_000;

/** Work that fails while it is freed already waits for that. A freeing that fails is told in its place. */
export function createForWant({ clock, reclaim }: ForWantDeps): ForWant {
  let underWay: Promise<number> | undefined;
  let inVainUntilMs = -Infinity;
  const freeing = async (): Promise<number> => {
    let freed = 0;
    try {
      freed = await reclaim();
      return freed;
    } finally {
      if (freed === 0) inVainUntilMs = clock.monotonicMs() + afterVainMs;
    }
  };
  const free = async (): Promise<number> => {
    if (underWay === undefined && clock.monotonicMs() < inVainUntilMs) return 0;
    underWay ??= freeing().finally(() => (underWay = undefined));
    return underWay;
  };
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!isForWant(error) || (await free()) === 0) throw error;
      return work();
    }
  };
}

/** STATUS tells it by a code of the protocol's, of which it is the cause. */
const isForWant = (error: unknown): boolean =>
  [error, error instanceof Error ? error.cause : undefined].some(
    (one) => isHeddleError(one, "HEDDLE_ADDRESSES_EXHAUSTED") || isHeddleError(one, "HEDDLE_ADDRESS_TAKEN"),
  );
