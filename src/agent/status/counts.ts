import { type Clock } from "../../base/index.ts";
import { type Answered } from "../cni/dispatch.ts";
import { type AgentStatus } from "../../model/index.ts";

/** Upper bounds in seconds of what an answer took. */
export const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const;

export type VerbCounts = Readonly<{
  /** By result: "ok", or the protocol's code. */
  results: ReadonlyMap<string, number>;
  /** Of each bound, how many took no longer. */
  within: readonly number[];
  seconds: number;
  count: number;
}>;

/** What the runtime was answered, counted since the start. */
export type Counts = Readonly<{
  onAnswered(answered: Answered): void;
  /** Book, kernel and rules were compared. */
  onReconciled(result: "ok" | "failed"): void;
  /** The kernel refused something, by the name of its error. */
  onRefused(errno: string): void;
  /** By result. */
  reconciliations(): ReadonlyMap<string, number>;
  /** By the error's name. */
  refusals(): ReadonlyMap<string, number>;
  verbs(): ReadonlyMap<string, VerbCounts>;
  lastError(): AgentStatus["lastError"];
}>;

type Mutable = { results: Map<string, number>; within: number[]; seconds: number; count: number };

export function createCounts(clock: Clock): Counts {
  const verbs = new Map<string, Mutable>();
  const reconciliations = new Map<string, number>();
  const refusals = new Map<string, number>();
  let lastError: AgentStatus["lastError"];
  return {
    onAnswered({ verb, code, durationMs, error }) {
      const seconds = durationMs / 1_000;
      const counts = verbs.get(verb) ?? {
        results: new Map(),
        within: secondsBounds.map(() => 0),
        seconds: 0,
        count: 0,
      };
      verbs.set(verb, counts);
      countOne(counts.results, code === 0 ? "ok" : String(code));
      secondsBounds.forEach((bound, index) => {
        if (seconds <= bound) counts.within[index] = (counts.within[index] ?? 0) + 1;
      });
      counts.seconds += seconds;
      counts.count += 1;
      if (code !== 0) lastError = { at: new Date(clock.nowMs()).toISOString(), verb, code, message: error ?? "" };
    },
    onReconciled: (result) => countOne(reconciliations, result),
    onRefused: (errno) => countOne(refusals, errno),
    reconciliations: () => reconciliations,
    refusals: () => refusals,
    verbs: () => verbs,
    lastError: () => lastError,
  };
}

const countOne = (counts: Map<string, number>, of: string): void => void counts.set(of, (counts.get(of) ?? 0) + 1);
