import { type Breather } from "../../base/index.ts";
import { type FollowEvent, type ListTaking } from "../model.ts";
import { type Arrivals } from "./arrivals.ts";
import { type Digest, type WatchSession } from "./watch-session.ts";
import { createWholeLines, type WholeLines } from "./whole-lines.ts";

/** A WatchList whose objects are taken in by others while its stream is read on. */
export type TakenListing = Readonly<{
  session: WatchSession;
  arrivals: Arrivals;
  taking: ListTaking;
  breather: Breather;
}>;

/** Lines that are handed over at a time, and how many such pieces before the first is answered. */
const [pieceBytes, mostAhead] = [128 * 1024, 4];
/** Whole lines wait so long for more of them; fewer bytes do not wait: most lists are no longer. */
const [lingerMs, fewBytes] = [10, 16 * 1024];
/** Nobody's object is as long: it is for the follower to say what is wrong with the stream. */
const longestLineBytes = 4 * 1024 * 1024;

type Gathered = Readonly<{ lines: Buffer<ArrayBuffer>; last: "end" | "silence" | undefined }>;
type Piece = Readonly<{ lines: Buffer<ArrayBuffer>; answer: ReturnType<ListTaking["take"]> }>;

/**
 * What the stream tells until its list is whole, in its order; then who takes it in is let go. Answers how the watch ended, if it did; else everything
 * that was read until then is digested.
 */
export async function* readListing({
  session,
  arrivals,
  taking,
  breather,
}: TakenListing): AsyncGenerator<FollowEvent, Digest> {
  const lines = createWholeLines();
  const ahead: Piece[] = [];
  let gathering: Promise<Gathered> | undefined;
  let last: Gathered["last"];
  for (;;) {
    const goesOn = session.isListing() && last === undefined && lines.openBytes() <= longestLineBytes;
    // What is gathered already may be waited for long: it is the watch's.
    if (!session.isListing() && ahead.length === 0) taking[Symbol.dispose]();
    if (goesOn && ahead.length < mostAhead) gathering ??= begun(gather(session, arrivals, lines));
    const next = await firstOf(gathering, ahead[0]);
    if (next === undefined) break;
    if ("last" in next) {
      gathering = undefined;
      ({ last } = next);
      if (next.lines.length > 0) ahead.push({ lines: next.lines, answer: answerOf(session, taking, next.lines) });
      continue;
    }
    const piece = ahead.shift();
    if (piece === undefined) break;
    await breather.pause();
    const digest = yield* digestPiece(session, piece.lines, next);
    if (digest.ending !== undefined) return digest;
  }
  const rest = session.digest(lines.takeOpen());
  yield* rest.told;
  return endingOf(session, rest, last);
}

/** How a watch ended by which nothing more came. */
function endingOf(session: WatchSession, rest: Digest, last: Gathered["last"]): Digest {
  if (rest.ending !== undefined || last === undefined) return rest;
  if (last === "end") return session.end();
  // What was silence while the list came is none of a watch.
  return session.isListing() ? session.silence() : rest;
}

/** It may fail while nobody waits for it. */
function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}

type Answer = Awaited<Piece["answer"]>;

const nothing: Answer = { batch: { objects: [] }, bytes: 0 };

/** What comes behind the list is the follower's own. */
const answerOf = (session: WatchSession, taking: ListTaking, lines: Buffer<ArrayBuffer>): Piece["answer"] =>
  session.isListing() ? taking.take(lines) : Promise.resolve(nothing);

/** More lines before the next answer, so that who takes them need not wait. */
const firstOf = (
  gathering: Promise<Gathered> | undefined,
  first: Piece | undefined,
): Promise<Gathered | Answer | undefined> => {
  const waited = [gathering, first?.answer].filter((promise) => promise !== undefined);
  return waited.length === 0 ? Promise.resolve(undefined) : Promise.race<Gathered | Answer>(waited);
};

async function* digestPiece(
  session: WatchSession,
  lines: Buffer<ArrayBuffer>,
  { batch, bytes }: Answer,
): AsyncGenerator<FollowEvent, Digest> {
  // The list was whole before these lines: they are of the watch that follows it.
  const isTaken = session.isListing();
  const taken = isTaken ? session.taken(batch) : { told: [] };
  yield* taken.told;
  const from = isTaken ? bytes : 0;
  if (taken.ending !== undefined || from === lines.length) return taken;
  const digest = session.digest(lines.subarray(from));
  yield* digest.told;
  return digest;
}

async function gather(session: WatchSession, arrivals: Arrivals, lines: WholeLines): Promise<Gathered> {
  while (lines.bytes() < pieceBytes && lines.openBytes() <= longestLineBytes) {
    const some = lines.bytes() > 0;
    if (some && lines.bytes() < fewBytes) break;
    const arrival = await arrivals.next(some ? lingerMs : session.patienceMs());
    if (typeof arrival !== "string") lines.push(arrival);
    else if (some && arrival === "silence") break;
    else return { lines: lines.take(), last: arrival };
  }
  return { lines: lines.take(), last: undefined };
}
