import { type Breather, type Clock } from "../../base/index.ts";

/** A clock that begins in the past, is wound through it at once, and from then on is the one it is made on. */
export type Timeline = Pick<Clock, "nowMs" | "monotonicMs" | "after"> &
  Readonly<{
    /** Lets what is planned for the next so many milliseconds happen now, in its order, and others breathe in between. */
    wind(byMs: number, breather: Breather): Promise<void>;
    /** From here on time passes by itself; what is planned for later is planned on the clock. */
    join(): void;
  }>;

type Timer = { readonly atMs: number; readonly action: () => void; cancel: (() => void) | undefined };

/** Time begins `pastMs` before the clock's now. */
export function createTimeline(clock: Clock, pastMs: number): Timeline {
  let nowMs: number | undefined = clock.nowMs() - pastMs;
  let timers = new Set<Timer>();
  const hand = (timer: Timer, delayMs: number): void => {
    timer.cancel = clock.after(delayMs, timer.action);
  };
  const runDue = (untilMs: number): boolean => {
    const nextMs = [...timers].reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
    if (nextMs > untilMs) return false;
    nowMs = nextMs;
    // Those of one moment together: a world has few moments and many timers.
    const due = [...timers].filter(({ atMs }) => atMs === nextMs);
    for (const timer of due) if (timers.delete(timer)) timer.action();
    return true;
  };
  return {
    nowMs: () => nowMs ?? clock.nowMs(),
    monotonicMs: () => nowMs ?? clock.monotonicMs(),
    after(delayMs, action) {
      const timer: Timer = { atMs: (nowMs ?? 0) + delayMs, action, cancel: undefined };
      if (nowMs === undefined) hand(timer, delayMs);
      else timers.add(timer);
      return () => {
        timers.delete(timer);
        timer.cancel?.();
      };
    },
    async wind(byMs, breather) {
      if (nowMs === undefined) return;
      const untilMs = nowMs + byMs;
      while (runDue(untilMs)) await breather.pause();
      nowMs = untilMs;
    },
    join() {
      const waiting = [...timers];
      const fromMs = nowMs ?? 0;
      timers = new Set();
      nowMs = undefined;
      for (const timer of waiting) hand(timer, Math.max(0, timer.atMs - fromMs));
    },
  };
}
