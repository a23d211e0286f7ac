import { useSyncExternalStore } from "react";
import { type FailureWords } from "./failure-words.ts";

/** Whether the server answers; `lastAtMs` is when it last did. */
export type Reach = Readonly<{ failure?: FailureWords; lastAtMs?: number }>;

let reach: Reach = {};
const listeners = new Set<() => void>();

function change(next: Reach): void {
  reach = next;
  for (const listener of listeners) listener();
}

/** An answer came. */
export function answered(): void {
  const known = reach.lastAtMs;
  const nowMs = Date.now();
  // Nobody shows it while all is well: no need to draw the page for every answer.
  if (reach.failure === undefined && known !== undefined) reach = { lastAtMs: nowMs };
  else change({ lastAtMs: nowMs });
}

/** No answer came. */
export function unanswered(failure: FailureWords): void {
  if (failure.title === reach.failure?.title) return;
  change({ ...reach, failure });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** For the banner that tells that the whole page shows what was, not what is. */
export const useReach = (): Reach => useSyncExternalStore(subscribe, () => reach);
