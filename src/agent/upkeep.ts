import { isDeepStrictEqual } from "node:util";
import { abortable, type Clock, isAbort, messageOf } from "../base/index.ts";
import { type Desired } from "./install/model.ts";
import { desiredOf, install, type InstallationParts, prepare } from "./installation.ts";
import { type AgentParts } from "./parts.ts";
import { namePods } from "./recovery/name-pods.ts";
import { recover } from "./recovery/recover.ts";

/** Brings book, kernel and rules together while no verb runs, and remembers what was done. Answers whether all was. */
export async function reconcile(parts: AgentParts, signal: AbortSignal): Promise<boolean> {
  const { kernel, book, base, clock, log, node } = parts;
  const reconciled = parts.dispatcher.alone(async () => {
    const unraised = await base.raise(signal);
    const recovered = await recover({ kernel, book, node, log }, signal);
    const { table, elements, failed } = await base.reconcile(signal);
    const rules = [
      ...(table ? ["write the node's rules anew"] : []),
      ...(elements > 0 ? [`set ${elements} elements of the node's rules`] : []),
    ];
    for (const words of rules) log.info({}, words);
    return {
      done: [...recovered.done, ...rules],
      failed: [...unraised, ...recovered.failed, ...failed],
    };
  });
  const { done, failed } = await reconciled.catch((error: unknown) => {
    if (!isAbort(error, signal)) parts.counts.onReconciled("failed");
    throw error;
  });
  parts.counts.onReconciled(failed.length === 0 ? "ok" : "failed");
  if (done.length + failed.length > 0 || parts.recovery.at === undefined || parts.recovery.failed.length > 0)
    parts.recovery = { at: new Date(clock.nowMs()).toISOString(), done, failed };
  return failed.length === 0;
}

export type UpkeepParts = InstallationParts & Pick<AgentParts, "book" | "clock">;

/**
 * Makes bridges, rules and routes and then installs when the podCIDR is known and whenever that or the runtime changes,
 * and looks again every while, when it reconciles too. The conflist is last, for from then on pods come: before, the
 * nodes shall have been heard of, whose tunnels take of the pods' MTU. What fails does not hold the rest back.
 */
export function keepInstalled(
  parts: UpkeepParts,
  { reconcile: reconcileAll, isWhole }: Readonly<{ reconcile: () => Promise<boolean>; isWhole: boolean }>,
  signal: AbortSignal,
): Readonly<{ installed: Promise<void>; done: Promise<void> }> {
  const { clock, log, node, base, options } = parts;
  const everyMs = options.reconcileEveryMs ?? 60_000;
  const heardByMs = clock.monotonicMs() + patienceMs;
  // What could not be mended before a bridge was there can be when it is.
  let dueMs = clock.monotonicMs() + (isWhole ? everyMs : 0);
  const isHeard = (): boolean => {
    const { complete, failure } = node.view();
    return options.standalone || complete || failure !== undefined || clock.monotonicMs() >= heardByMs;
  };
  let isInstalled = false;
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let woken = Promise.withResolvers<void>();
  const ends = [
    node.onChange(() => woken.resolve()),
    base.onFault(() => {
      dueMs = clock.monotonicMs();
      woken.resolve();
    }),
  ];
  const tryOut = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isAbort(error, signal)) return false;
      log.error({ error: messageOf(error) }, "the node is not as it should be, and will be tried again");
      return false;
    }
  };
  const installAll = async (desired: Desired): Promise<void> => {
    for (const step of await install(desired)) log.info({}, step);
    first.resolve();
    isInstalled = true;
  };
  /** Whether nothing failed. */
  const bringAbout = async (heard: boolean): Promise<boolean> => {
    let desired: Desired | undefined;
    let isWell = await tryOut(async () => void (desired = await desiredOf(parts)));
    const isPrepared = await tryOut(() => prepare(parts));
    if (clock.monotonicMs() >= dueMs) {
      let isMended = false;
      isWell = (await tryOut(async () => void (isMended = await reconcileAll()))) && isWell;
      dueMs = clock.monotonicMs() + (isMended ? everyMs : Math.min(everyMs, retryMs));
    }
    isWell = (await tryOut(() => base.connect(signal))) && isWell;
    const wanted = desired;
    if (wanted !== undefined && isPrepared && heard) isWell = (await tryOut(() => installAll(wanted))) && isWell;
    return isWell && isPrepared;
  };
  const run = async (): Promise<void> => {
    let brought: unknown;
    let [againMs, calmUntilMs] = [Infinity, 0];
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      // First: what is installed in the end shall have been prepared and connected, whatever is heard in between.
      const heard = isHeard();
      const { pods: _, ...rest } = node.view();
      const about = { ...rest, heard };
      // Pods come and go by the runtime's word: what the API server tells of them wants nothing of this.
      let newsMs = isDeepStrictEqual(about, brought) ? Infinity : calmUntilMs;
      if (clock.monotonicMs() >= Math.min(dueMs, againMs, newsMs)) {
        brought = about;
        newsMs = Infinity;
        againMs = (await bringAbout(heard)) ? Infinity : clock.monotonicMs() + retryMs;
        calmUntilMs = isInstalled ? clock.monotonicMs() + calmMs : 0;
      }
      await tryOut(async () => namePods(parts));
      const untilMs = Math.min(dueMs, againMs, newsMs, heard ? Infinity : heardByMs);
      await pause(clock, { woken: woken.promise, delayMs: untilMs - clock.monotonicMs(), signal });
    }
    ends.forEach((end) => end());
    first.reject(signal.reason);
  };
  return { installed: first.promise, done: run() };
}

/** Until what failed is tried again. */
const retryMs = 10_000;

/** Between two looks for what nodes do: a hundred that come one after another are a few looks, once pods can come. */
const calmMs = 1_000;

/** How long the first conflist waits for all nodes, when nothing says why they are not heard of. */
const patienceMs = 5_000;

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
