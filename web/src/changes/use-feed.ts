import { useEffect, useEffectEvent, useState } from "react";
import { useChangeStream } from "../app/change-stream.ts";
import { client } from "../app/client.ts";
import { type FailureWords } from "../app/failure-words.ts";
import { answerOf } from "../app/live-query.ts";
import { type Change, changesDocument, type PastChanges, pastChangesDocument } from "./change.ts";
import { type ChangeQuestion } from "./change-question.ts";
import { withNew, withOlder } from "./feed.ts";

/** Changes that are kept in the page; the log has the others. */
const keptAtMost = 5_000;
const pageSize = 200;
/** So many fill what is in sight. */
const fullPage = 60;
/** Looked through at once for what is rare. */
const lookedAtMost = 10_000;

type Feed = Readonly<{
  shown: readonly Change[];
  /** What came while it was paused. */
  held: readonly Change[];
  /** Where what is older begins; null: there is nothing older, undefined: not asked yet. */
  next?: string | null;
  failure?: FailureWords;
}>;

/** The stream of changes before what the log has: pausing holds what comes, going back asks for what was. */
export function useFeed({ filter, types }: ChangeQuestion) {
  const [feed, setFeed] = useState<Feed>({ shown: [], held: [] });
  const [paused, setPaused] = useState(false);
  const [asking, setAsking] = useState(true);

  const isMeant = ({ type }: Change): boolean => types.length === 0 || types.includes(type);
  /** What is meant may be rare among what there is: looked for until a page is full. */
  const load = async (from: string | null): Promise<void> => {
    let before = from;
    for (let found = 0, looked = 0; found < fullPage && looked < lookedAtMost;) {
      const { data, failure } = await askPast({ filter, before });
      if (data === undefined) {
        setFeed((known) => ({ ...known, ...(failure !== undefined && { failure }) }));
        break;
      }
      const { items, next } = data.changes;
      const meant = items.filter(isMeant);
      setFeed(({ held, shown }) => ({ held, shown: withOlder(shown, meant), next }));
      if (next === null) break;
      before = next;
      found += meant.length;
      looked += pageSize;
    }
    setAsking(false);
  };
  const begin = useEffectEvent(() => void load(null));
  // oxlint-disable-next-line react/set-state-in-effect -- It is set once an answer came, not in the effect.
  useEffect(() => begin(), []);

  const stream = useChangeStream<Change>({
    document: changesDocument,
    filter,
    onChanges(changes) {
      const meant = changes.filter(isMeant);
      setFeed((before) =>
        paused
          ? { ...before, held: withNew(before.held, meant, keptAtMost) }
          : { ...before, shown: withNew(before.shown, meant, keptAtMost) },
      );
    },
  });
  const ask = (before: string | null): void => {
    if (asking) return;
    setAsking(true);
    void load(before);
  };
  return {
    ...feed,
    stream,
    asking,
    paused,
    pause: () => setPaused(true),
    resume() {
      setPaused(false);
      setFeed((before) => ({
        ...before,
        held: [],
        shown: withNew(before.shown, before.held.toReversed(), keptAtMost),
      }));
    },
    older() {
      if (feed.next != null && feed.failure === undefined && feed.shown.length < keptAtMost) ask(feed.next);
    },
    ended: feed.next === null || feed.shown.length >= keptAtMost,
    again: () => ask(null),
  };
}

type Asked = Readonly<{ filter: ChangeQuestion["filter"]; before: string | null }>;

async function askPast(asked: Asked): Promise<Readonly<{ data?: PastChanges; failure?: FailureWords }>> {
  const variables = { ...asked, limit: pageSize };
  const result = client.query<PastChanges>(pastChangesDocument, variables, { requestPolicy: "network-only" });
  return answerOf(await result.toPromise());
}
