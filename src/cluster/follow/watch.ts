import { anySignal, between, createSharedBreather, HeddleError, toHeddleError } from "../../base/index.ts";
import { resourcePath } from "../../model/index.ts";
import { type ApiStream, type QueryValue } from "../api-client.ts";
import { type FollowEvent } from "../model.ts";
import { createArrivals, inTime } from "./arrivals.ts";
import { type FollowContext } from "./context.ts";
import { readListing, type TakenListing } from "./listing.ts";
import { type Outcome } from "./state.ts";
import { type Digest, WatchSession } from "./watch-session.ts";

/**
 * One watch, told as it comes: from the cursor, or, without one, as a WatchList that goes on as a watch. The stream is
 * read only as fast as what was read is taken. Throws only when the follower is stopped.
 */
export async function* watchOnce(
  context: FollowContext,
  cursor: string | undefined,
): AsyncGenerator<FollowEvent, Outcome> {
  const { low, high } = context.tuning.watchSeconds;
  const timeoutSeconds = Math.floor(between(context.random, low, high));
  const session = new WatchSession(context, { cursor, timeoutSeconds });
  const stop = new AbortController();
  let isOpen = false;
  try {
    await using stream = await open(context, { query: queryOf(cursor, timeoutSeconds), stop });
    isOpen = true;
    const { ending = "ended", error } = yield* read(context, session, stream);
    stop.abort();
    return session.outcome(ending, error);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return session.outcome(isOpen ? "cut" : "refused", toHeddleError(error, "HEDDLE_CLUSTER_UNREACHABLE"));
  } finally {
    stop.abort();
  }
}

type Query = Readonly<Record<string, QueryValue>>;

const queryOf = (cursor: string | undefined, timeoutSeconds: number): Query => ({
  watch: "1",
  allowWatchBookmarks: true,
  timeoutSeconds,
  ...(cursor === undefined
    ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }
    : { resourceVersion: cursor }),
});

async function open(
  context: FollowContext,
  { query, stop }: Readonly<{ query: Query; stop: AbortController }>,
): Promise<ApiStream> {
  const { api, clock, options, resource, tuning } = context;
  const opening = api.stream({
    path: resourcePath(resource, { namespace: options.namespace }),
    query: { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, ...query },
    signal: anySignal(context.signal, stop.signal),
    watch: true,
  });
  const stream = await inTime(opening, tuning.answerMs, clock);
  if (stream !== "silence") return stream;
  throw new HeddleError(`the API server did not answer the watch within ${tuning.answerMs / 1000} s`, {
    code: "HEDDLE_CLUSTER_TIMEOUT",
    retryable: true,
  });
}

async function* read(
  { clock, options, signal }: FollowContext,
  session: WatchSession,
  stream: ApiStream,
): AsyncGenerator<FollowEvent, Digest> {
  const arrivals = createArrivals(stream.body, clock);
  // Many first lists come at once: each piece of each waits for its turn.
  const breather = createSharedBreather(clock, signal);
  const listed = yield* readTaken({ session, arrivals, breather }, { take: options.take, signal });
  if (listed?.ending !== undefined) return listed;
  for (;;) {
    const arrival = await arrivals.next(session.patienceMs());
    await breather.pause();
    const digest = digestOf(session, arrival);
    for (const event of digest.told) {
      yield event;
      signal.throwIfAborted();
    }
    if (digest.ending !== undefined) return digest;
  }
}

/** A list that others take in, who are let go when it is whole: the watch that follows it is long. Undefined: nobody does. */
async function* readTaken(
  listing: Omit<TakenListing, "taking">,
  { take, signal }: Pick<FollowContext["options"], "take"> & Pick<FollowContext, "signal">,
): AsyncGenerator<FollowEvent, Digest | undefined> {
  using taking = listing.session.isListing() ? take?.() : undefined;
  return taking === undefined ? undefined : yield* obedient(readListing({ ...listing, taking }), signal);
}

/** Nothing is told after the follower was stopped. */
async function* obedient<T>(told: AsyncGenerator<FollowEvent, T>, signal: AbortSignal): AsyncGenerator<FollowEvent, T> {
  for (let next = await told.next(); ; next = await told.next()) {
    if (next.done === true) return next.value;
    yield next.value;
    signal.throwIfAborted();
  }
}

function digestOf(session: WatchSession, arrival: Uint8Array | "end" | "silence"): Digest {
  if (arrival === "end") return session.end();
  return arrival === "silence" ? session.silence() : session.digest(arrival);
}
