import { anySignal, type BackOff, between, createBackOff, toHeddleError } from "../../base/index.ts";
import { type Resource, resourceName } from "../../model/index.ts";
import { type FollowEvent, type FollowOptions } from "../model.ts";
import { createBookmarks, createTeller, type FollowContext, type FollowDeps } from "./context.ts";
import { createKnownObjects } from "./known-objects.ts";
import { listInPages } from "./pages.ts";
import { createLedger } from "./reconcile.ts";
import { firstState, type FollowState, nextAttempt, nextStep, type Outcome, type Step } from "./state.ts";
import { defaultTuning, type FollowTuning } from "./tuning.ts";
import { watchOnce } from "./watch.ts";
import { createWatchListSupport } from "./watch-list-support.ts";

/** Follows one kind of object; see `Cluster.follow`. */
export type Follow = (resource: Resource, options: FollowOptions) => AsyncIterable<FollowEvent>;

/**
 * List-watch of one API server. A follower ends, without an error, when its signal aborts, and for no other reason:
 * whatever happens is told as a `status` and tried again. It reads only as fast as it is read, and begins when it is.
 * `options.known` is written just before a change is told. What is learnt of the server's WatchList is kept for all
 * followers made here.
 */
export function createFollow(deps: FollowDeps, tuning: Partial<FollowTuning> = {}): Follow {
  const watchList = createWatchListSupport(deps.clock);
  const tuned = { ...defaultTuning, ...tuning };
  return (resource, options) => follow({ ...deps, tuning: tuned, resource, options, watchList });
}

type FollowInit = Omit<FollowContext, "bookmarks" | "ledger" | "teller" | "signal">;

async function* follow(init: FollowInit): AsyncGenerator<FollowEvent, void, undefined> {
  const { resource, options, log } = init;
  const left = new AbortController();
  const signal = anySignal(options.signal, left.signal);
  const known = options.known ?? createKnownObjects();
  // Resuming without a memory: what was there before is not known.
  const complete = options.resourceVersion === undefined || options.known !== undefined;
  const ledger = createLedger({ resource, known, complete });
  const teller = createTeller(ledger);
  try {
    const own = { signal, ledger, teller, bookmarks: createBookmarks() };
    yield* converse({ ...init, ...own, log: log.child({ resource: resourceName(resource) }) });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    left.abort();
  }
}

/** One conversation with the API server after another, for ever. */
async function* converse(context: FollowContext): AsyncGenerator<FollowEvent, never, undefined> {
  const { clock, ledger, options, random, resource, signal, teller, tuning, watchList } = context;
  const backOff = createBackOff(tuning.retry, random);
  let state = firstState(options.resourceVersion);
  if (state.cursor === undefined) yield* teller.status("syncing", "the first list is being read");
  else yield* teller.status("catching-up", `resuming from resourceVersion ${state.cursor}`);
  for (;;) {
    signal.throwIfAborted();
    const outcome = yield* attempt(context, state);
    const step = nextStep(state, outcome, tuning.stableMs);
    state = step.state;
    if (step.noWatchList) watchList.disprove(resource);
    if (step.forget) ledger.forgetAll();
    if (step.status !== undefined) yield* teller.status(step.status.status, step.status.reason, step.status.error);
    yield* teller.changes();
    if (step.fresh) backOff.reset();
    const waitMs = waitFor(context, step, { backOff, outcome });
    logStep(context, { outcome, step, waitMs });
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }
}

async function* attempt(context: FollowContext, state: FollowState): AsyncGenerator<FollowEvent, Outcome, undefined> {
  const { resource, signal, tuning, watchList } = context;
  const next = nextAttempt(state, tuning.initialList === "watch-list" && watchList.mayHave(resource));
  if (next !== "pages") return yield* watchOnce(context, state.cursor);
  try {
    const cursor = yield* listInPages(context);
    return { attempt: "pages", ending: "listed", cursor, livedMs: 0 };
  } catch (cause) {
    if (signal.aborted) throw cause;
    const error = toHeddleError(cause, "HEDDLE_CLUSTER_UNREACHABLE");
    return { attempt: "pages", ending: "refused", cursor: undefined, livedMs: 0, error };
  }
}

type Waiting = Readonly<{ backOff: BackOff; outcome: Outcome }>;

/** Never sooner than the server asked for by Retry-After. */
function waitFor({ random, tuning }: FollowContext, { wait }: Step, { backOff, outcome }: Waiting): number {
  if (wait === "none") return 0;
  const { low, high } = tuning.slowRetryMs;
  const chosenMs = wait === "slow" ? between(random, low, high) : backOff.nextMs();
  const askedMs = outcome.error?.details["retryAfterMs"];
  return typeof askedMs === "number" ? Math.max(askedMs, chosenMs) : chosenMs;
}

function logStep(
  { log }: FollowContext,
  { outcome, step, waitMs }: Readonly<{ outcome: Outcome; step: Step; waitMs: number }>,
): void {
  const { attempt, ending, livedMs, error } = outcome;
  const fields = { attempt, ending, livedMs, waitMs, code: error?.code, error: error?.message };
  if (step.noWatchList) log.info(fields, "the API server does not do WatchList: listing in pages");
  else log.debug(fields, "a conversation ended");
}
