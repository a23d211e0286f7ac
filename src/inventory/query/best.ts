import { type Table } from "../table/table.ts";
import { type SortKey, type Sorting } from "./sort.ts";

/** A row that matched when it was looked at, and the key it had then. */
export type Candidate = Readonly<{ table: Table; row: number; revision: number; key: SortKey }>;

/** The first few of many, without sorting them all: now and then the rest is cut off. */
export type Best = Readonly<{
  /** False for a key that cannot be among the first any more: it need not be offered. */
  mayHold(key: SortKey): boolean;
  offer(candidate: Candidate): void;
  /** In order. */
  take(): readonly Candidate[];
}>;

/** Up to this limit each candidate is put in its place at once: then the most are refused by a look at the last one. */
const smallLimit = 1_000;

export const createBest = ({ compare }: Pick<Sorting, "compare">, limit: number): Best =>
  limit > smallLimit ? createSorted(compare, limit) : createPlaced(compare, limit);

function createPlaced(compare: Sorting["compare"], limit: number): Best {
  const kept: Candidate[] = [];
  return {
    mayHold(key) {
      const last = kept.length < limit ? undefined : kept.at(-1);
      return last === undefined || compare(key, last.key) < 0;
    },
    offer(candidate) {
      let [low, high] = [0, kept.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        const other = kept[middle];
        if (other !== undefined && compare(other.key, candidate.key) <= 0) low = middle + 1;
        else high = middle;
      }
      kept.splice(low, 0, candidate);
      if (kept.length > limit) kept.pop();
    },
    take: () => kept,
  };
}

function createSorted(compare: Sorting["compare"], limit: number): Best {
  let kept: Candidate[] = [];
  let last: SortKey | undefined;
  const most = limit * 3 + 1_000;
  const cut = (): void => {
    kept.sort((a, b) => compare(a.key, b.key));
    if (kept.length < limit) return;
    kept = kept.slice(0, limit);
    last = kept.at(-1)?.key;
  };
  return {
    mayHold: (key) => last === undefined || compare(key, last) < 0,
    offer(candidate) {
      kept.push(candidate);
      if (kept.length > most) cut();
    },
    take() {
      cut();
      return kept;
    },
  };
}
