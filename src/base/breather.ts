import { setImmediate } from "node:timers/promises";
import { type Clock } from "./clock.ts";

/** Lets the event loop turn when the work since its last turn took long. */
export type Breather = Readonly<{
  /**
   * Undefined while there is still time: awaiting costs, so the caller awaits only a promise. Where many wait for one
   * turn, whoever wakes asks again, for those before it may have used the time up:
   * `for (let turn = pause(); turn !== undefined; turn = pause()) await turn;`
   */
  pause(): Promise<void> | undefined;
}>;

/** Longer than this nothing else of the process would run: health, other clusters, signals. */
const sliceMs = 8;

/** An abort of `signal` makes a pause fail with its reason. */
export function createBreather({ monotonicMs }: Pick<Clock, "monotonicMs">, signal?: AbortSignal): Breather {
  let sinceMs = monotonicMs();
  let turning: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    await setImmediate();
    turning = undefined;
    sinceMs = monotonicMs();
    signal?.throwIfAborted();
  };
  return { pause: () => (monotonicMs() - sinceMs < sliceMs ? undefined : (turning ??= turn())) };
}

type Turns = Readonly<{ next(): Promise<void> | undefined }>;

const turnsOf = new WeakMap<object, Turns>();

/**
 * One slice a turn of the event loop for all who breathe by the same clock: of many that have work at once, one does a
 * slice of it, and the others wait for later turns, first come, first served. For what comes from many sources at once;
 * whoever asks first in a turn begins its slice, so that asking before each piece of work costs nothing while there is
 * little of it.
 */
export function createSharedBreather(clock: Pick<Clock, "monotonicMs">, signal?: AbortSignal): Breather {
  const turns = turnsOf.get(clock) ?? createTurns(clock);
  turnsOf.set(clock, turns);
  const wait = async (turn: Promise<void>): Promise<void> => {
    await turn;
    signal?.throwIfAborted();
  };
  return {
    pause() {
      const turn = turns.next();
      return turn && wait(turn);
    },
  };
}

function createTurns({ monotonicMs }: Pick<Clock, "monotonicMs">): Turns {
  const waiting: (() => void)[] = [];
  let untilMs: number | undefined;
  const begin = (): void => {
    untilMs = monotonicMs() + sliceMs;
    void setImmediate().then(end);
  };
  const end = (): void => {
    untilMs = undefined;
    const next = waiting.shift();
    if (next === undefined) return;
    begin();
    next();
  };
  return {
    next() {
      if (untilMs === undefined) begin();
      if (untilMs === undefined || monotonicMs() < untilMs) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
