import { type Clock } from "../../base/index.ts";
import { type RoundDone } from "./round.ts";

/** Until what failed is tried again. */
const retryMs = 10_000;

/** Between two looks for what nodes do: a hundred that come one after another are a few looks, once pods can come. */
const calmMs = 1_000;

/** When there is something to do, by the clock and by what is heard. */
export type Schedule = Readonly<{
  /** There is something to mend: the next round is due now, and mends. */
  mendNow(): void;
  /** Begins a round if one is due, given whether something is new. Answers whether it mends; undefined for none. */
  begin(isNew: boolean): Readonly<{ mends: boolean }> | undefined;
  /** What the round that was begun has come to. */
  end(done: RoundDone): void;
  /** When the next round is due unless something is heard, by the clock's monotonic time. */
  nextMs(): number;
}>;

export type ScheduleOptions = Readonly<{
  /** Between two times of mending. */
  everyMs: number;
  /** Nothing needs mending at the start. */
  isWhole: boolean;
}>;

export function createSchedule(clock: Clock, { everyMs, isWhole }: ScheduleOptions): Schedule {
  // What could not be mended before a bridge was there can be when it is.
  let mendMs = clock.monotonicMs() + (isWhole ? everyMs : 0);
  let againMs = Infinity;
  let newsMs = Infinity;
  let calmUntilMs = 0;
  let mends = false;
  let podsCanCome = false;
  return {
    mendNow() {
      mendMs = clock.monotonicMs();
    },
    begin(isNew) {
      const nowMs = clock.monotonicMs();
      newsMs = isNew ? calmUntilMs : Infinity;
      if (nowMs < Math.min(mendMs, againMs, newsMs)) return undefined;
      newsMs = Infinity;
      mends = nowMs >= mendMs;
      // A fault that is found from here on is mended by the next round.
      if (mends) mendMs = Infinity;
      return { mends };
    },
    end({ isWell, isMended, isInstalled }) {
      const nowMs = clock.monotonicMs();
      if (mends) mendMs = Math.min(mendMs, nowMs + (isMended ? everyMs : Math.min(everyMs, retryMs)));
      againMs = isWell ? Infinity : nowMs + retryMs;
      podsCanCome ||= isInstalled;
      if (podsCanCome) calmUntilMs = nowMs + calmMs;
    },
    nextMs: () => Math.min(mendMs, againMs, newsMs),
  };
}
