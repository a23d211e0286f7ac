import { type ErrorCode, type HeddleError } from "../../base/index.ts";
import { type FollowStatus } from "../model.ts";

/** Where a follower stands between two conversations with the API server. */
export type FollowState = Readonly<{
  /** Everything up to this resourceVersion was told. Undefined: nothing to resume from, a full list comes first. */
  cursor: string | undefined;
  /** Conversations in a row that came to nothing. */
  failures: number;
  /** Of these, the last ones that were answered with 404, and with 403. */
  notFound: number;
  forbidden: number;
  /** Times in a row that resuming from the cursor met what another try would meet again. */
  stuck: number;
  /** WatchLists in a row that ended before their list did. */
  brokenWatchLists: number;
}>;

export const firstState = (cursor: string | undefined): FollowState => ({
  cursor,
  failures: 0,
  notFound: 0,
  forbidden: 0,
  stuck: 0,
  brokenWatchLists: 0,
});

/** One conversation: a full list as pages, the same as a watch that goes on, or a watch from the cursor. */
export type Attempt = "pages" | "watch-list" | "watch";

/**
 * How a conversation ended. listed: all pages are told. ended: the server closed the watch in good order. cut: the
 * connection broke, or what came was unreadable. told: an ERROR event. refused: no answer, or another than asked for.
 * unproven: a WatchList without its bookmark.
 */
export type Ending = "listed" | "ended" | "cut" | "told" | "refused" | "unproven";

export type Outcome = Readonly<{
  attempt: Attempt;
  ending: Ending;
  /** Everything up to here was told; undefined when no list was completed. */
  cursor: string | undefined;
  /** How long it was a live watch. */
  livedMs: number;
  error?: HeddleError;
}>;

/** What to do before the next conversation. */
export type Step = Readonly<{
  state: FollowState;
  wait: "none" | "back-off" | "slow";
  /** The back-off starts over. */
  fresh: boolean;
  /** The kind is gone: every known object is to be told as deleted. */
  forget: boolean;
  /** This server does not do WatchList. */
  noWatchList: boolean;
  status?: Readonly<{ status: FollowStatus; reason: string; error?: HeddleError }>;
}>;

/** A full list is read as pages after so many WatchLists that broke before their end: each may be cut, a page seldom. */
const brokenWatchListLimit = 2;
const stuckLimit = 3;
/** So many 403 in a row, within some seconds, are for a person to change. */
const forbiddenLimit = 5;

/** Which conversation comes next; `watchList` says whether the server may have it. */
export function nextAttempt(state: FollowState, watchList: boolean): Attempt {
  if (state.cursor !== undefined) return "watch";
  return watchList && state.brokenWatchLists < brokenWatchListLimit ? "watch-list" : "pages";
}

/** The follower's rules: from where it stands and what happened, to where it goes and what that takes. Pure. */
export function nextStep(before: FollowState, outcome: Outcome, stableMs: number): Step {
  const fresh = outcome.livedMs >= stableMs;
  const advanced = outcome.attempt === "watch" && outcome.cursor !== before.cursor;
  const state: FollowState = {
    cursor: outcome.cursor,
    failures: fresh ? 0 : before.failures,
    notFound: isNotFound(outcome) ? before.notFound + 1 : 0,
    forbidden: isForbidden(outcome) ? before.forbidden + 1 : 0,
    stuck: fresh || advanced ? 0 : before.stuck,
    brokenWatchLists: brokenWatchLists(before, outcome),
  };
  const quiet: Step = { state, wait: "none", fresh, forget: false, noWatchList: false };
  if (outcome.ending === "listed") return quiet;
  const inPages: Step = { ...quiet, state: { ...state, brokenWatchLists: brokenWatchListLimit } };
  if (isWithoutWatchList(outcome)) return { ...inPages, noWatchList: true };
  // 400: perhaps for want of WatchList, perhaps for a selector. Pages will tell, and no other follower is concerned.
  const { attempt, ending, error } = outcome;
  if (attempt === "watch-list" && ending === "refused" && error?.code === badRequest) return inPages;
  return afterFailure({ ...quiet, state: { ...state, failures: state.failures + 1 } }, outcome);
}

/** A first failure that says by itself what to do next is not waited for; a second in a row may be a loop. */
const orderlyWait = (state: FollowState): Step["wait"] => (state.failures === 1 ? "none" : "back-off");

function afterFailure(step: Step, { attempt, ending, error }: Outcome): Step {
  const { state } = step;
  if (error === undefined) return afterOrderlyEnd(step);
  const status = { status: "catching-up", reason: error.message, error } as const;
  switch (error.code) {
    case "HEDDLE_CLUSTER_GONE":
      return { ...step, state: { ...state, cursor: undefined }, wait: orderlyWait(state), status };
    case "HEDDLE_CLUSTER_FORBIDDEN":
      return { ...afterForbidden(step), status: { ...status, status: "forbidden" } };
    case "HEDDLE_CLUSTER_NOT_FOUND":
      return state.notFound < 2 ? { ...step, wait: "back-off", status } : gone(step, error);
  }
  const refused = isRefused(error);
  if (attempt === "watch" && (refused || isUnreadable(ending, error)))
    return { ...withoutCursor(step, refused), status };
  return { ...step, wait: refused ? "slow" : "back-off", status };
}

const badRequest: ErrorCode = "HEDDLE_CLUSTER_BAD_REQUEST";
const invalid: ErrorCode = "HEDDLE_CLUSTER_INVALID";

/** Another try meets the same answer until someone changes something. */
const isRefused = ({ code }: HeddleError): boolean => code === badRequest || code === invalid;

const isUnreadable = (ending: Ending, error: HeddleError): boolean =>
  ending === "told" || error.code === "HEDDLE_CLUSTER_PROTOCOL";

/**
 * The cursor itself may be what cannot be read on from, then another try meets the same: a list anew, at once when it
 * is refused, else after a few tries. Refused again after that, it is not the cursor.
 */
function withoutCursor(step: Step, refused: boolean): Step {
  const stuck = step.state.stuck + 1;
  const kept: Step = { ...step, state: { ...step.state, stuck }, wait: "back-off" };
  if (refused && stuck > 1) return { ...kept, wait: "slow" };
  return refused || stuck % stuckLimit === 0 ? { ...kept, state: { ...kept.state, cursor: undefined } } : kept;
}

function afterOrderlyEnd(step: Step): Step {
  const wait = orderlyWait(step.state);
  if (wait === "none") return { ...step, wait };
  return { ...step, wait, status: { status: "catching-up", reason: "the API server ends each watch at once" } };
}

/** An API server that is still starting refuses what it has not read the roles for: it is asked again soon a few times. */
const afterForbidden = (step: Step): Step => {
  const { forbidden } = step.state;
  return { ...step, wait: forbidden < forbiddenLimit ? "back-off" : "slow", fresh: step.fresh || forbidden === 1 };
};

/** One 404 may be an API server that is still starting; a second is believed. */
const gone = (step: Step, error: HeddleError): Step => ({
  ...step,
  state: { ...step.state, cursor: undefined },
  wait: "slow",
  forget: true,
  status: { status: "gone", reason: `the API server no longer serves this kind: ${error.message}`, error },
});

const isNotFound = ({ error }: Outcome): boolean => error?.code === "HEDDLE_CLUSTER_NOT_FOUND";
const isForbidden = ({ error }: Outcome): boolean => error?.code === "HEDDLE_CLUSTER_FORBIDDEN";

/**
 * A server without WatchList ignores it, or refuses what it does not know; one whose etcd is too old (before 3.4.25)
 * begins the watch and breaks it off at once by an ERROR event with 500.
 */
function isWithoutWatchList({ attempt, ending, cursor, error }: Outcome): boolean {
  if (attempt !== "watch-list" || cursor !== undefined) return false;
  if (ending === "unproven") return true;
  if (ending === "told") return error?.details["httpStatus"] === 500;
  return ending === "refused" && error?.code === invalid;
}

function brokenWatchLists(before: FollowState, { attempt, ending, cursor }: Outcome): number {
  if (cursor !== undefined || ending === "listed") return 0;
  const broken = attempt === "watch-list" && (ending === "cut" || ending === "told" || ending === "ended");
  return broken ? before.brokenWatchLists + 1 : before.brokenWatchLists;
}
