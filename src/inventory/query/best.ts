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

export function createBest({ compare }: Pick<Sorting, "compare">, limit: number): Best {
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
