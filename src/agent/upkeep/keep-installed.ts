import { isDeepStrictEqual } from "node:util";
import { abortable, type Clock } from "../../base/index.ts";
import { createRound, type UpkeepParts } from "./round.ts";
import { createSchedule } from "./schedule.ts";

/** How long the first conflist waits for all nodes, when nothing says why they are not heard of. */
const patienceMs = 5_000;

export type UpkeepOptions = Readonly<{
  /** Answers whether all was mended. */
  reconcile: () => Promise<boolean>;
  /** Nothing needs mending at the start. */
  isWhole: boolean;
}>;

/**
 * Makes bridges, rules and routes and then installs when the podCIDR is known and whenever that or the runtime changes,
 * and looks again every while, when it reconciles too. The conflist is last, for from then on pods come: before, the
 * nodes shall have been heard of, whose tunnels take of the pods' MTU. What fails does not hold the rest back.
 */
export function keepInstalled(
  parts: UpkeepParts,
  { reconcile, isWhole }: UpkeepOptions,
  signal: AbortSignal,
): Readonly<{ installed: Promise<void>; done: Promise<void> }> {
  const { clock, node, base, options } = parts;
  const heardByMs = clock.monotonicMs() + patienceMs;
  const isHeard = (): boolean => {
    const { complete, failure } = node.view();
    return options.standalone || complete || failure !== undefined || clock.monotonicMs() >= heardByMs;
  };
  const schedule = createSchedule(clock, { everyMs: options.reconcileEveryMs ?? 60_000, isWhole });
  const round = createRound(parts, reconcile, signal);
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let woken = Promise.withResolvers<void>();
  const ends = [
    node.onChange(() => woken.resolve()),
    base.onFault(() => {
      schedule.mendNow();
      woken.resolve();
    }),
  ];
  const run = async (): Promise<void> => {
    let brought: unknown;
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      // First: what is installed in the end shall have been prepared and connected, whatever is heard in between.
      const heard = isHeard();
      const { pods: _, ...rest } = node.view();
      const about = { ...rest, heard };
      // Pods come and go by the runtime's word: what the API server tells of them wants nothing of this.
      const begun = schedule.begin(!isDeepStrictEqual(about, brought));
      if (begun !== undefined) {
        brought = about;
        const done = await round.run({ ...begun, installs: heard });
        schedule.end(done);
        if (done.isInstalled) first.resolve();
      }
      await round.name();
      const untilMs = Math.min(schedule.nextMs(), heard ? Infinity : heardByMs);
      await pause(clock, { woken: woken.promise, delayMs: untilMs - clock.monotonicMs(), signal });
    }
    ends.forEach((end) => end());
    first.reject(signal.reason);
  };
  return { installed: first.promise, done: run() };
}

type Pause = Readonly<{ woken: Promise<void>; delayMs: number; signal: AbortSignal }>;

/** Waits until woken or for so long. */
async function pause(clock: Clock, { woken, delayMs, signal }: Pause): Promise<void> {
  const time = Promise.withResolvers<void>();
  const cancel = clock.after(Math.max(0, delayMs), time.resolve);
  try {
    await abortable(Promise.race([woken, time.promise]), signal);
  } catch {
    // Whoever ends it looks at the signal.
  } finally {
    cancel();
  }
}
