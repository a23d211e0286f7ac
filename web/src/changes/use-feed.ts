import { useEffect, useEffectEvent, useState } from "react";
import { useChangeStream } from "../app/change-stream.ts";
import { client } from "../app/client.ts";
import { type FailureWords } from "../app/failure-words.ts";
import { answerOf } from "../app/live-query.ts";
import { type Change, changesDocument, type PastChanges, pastChangesDocument } from "./change.ts";
import { type ChangeFilter } from "./change-question.ts";
import { withNew, withOlder } from "./feed.ts";

/** Changes that are kept in the page; the log has the others. */
const keptAtMost = 5_000;
const pageSize = 200;

type Feed = Readonly<{
  shown: readonly Change[];
  /** What came while it was paused. */
  held: readonly Change[];
  /** Where what is older begins; null: there is nothing older, undefined: not asked yet. */
  next?: string | null;
  failure?: FailureWords;
}>;

/** The stream of changes before what the log has: pausing holds what comes, going back asks for what was. */
export function useFeed(filter: ChangeFilter) {
  const [feed, setFeed] = useState<Feed>({ shown: [], held: [] });
  const [paused, setPaused] = useState(false);
  const [asking, setAsking] = useState(true);

  const load = async (before: string | null): Promise<void> => {
    const variables = { filter, before, limit: pageSize };
    const { data, failure } = answerOf(
      await client.query<PastChanges>(pastChangesDocument, variables, { requestPolicy: "network-only" }).toPromise(),
    );
    setAsking(false);
    setFeed(({ shown, held, next }) => {
      if (data === undefined) return { shown, held, ...(next !== undefined && { next }), ...(failure && { failure }) };
      return { held, shown: withOlder(shown, data.changes.items), next: data.changes.next };
    });
  };
  const begin = useEffectEvent(() => void load(null));
  // oxlint-disable-next-line react/set-state-in-effect -- It is set once an answer came, not in the effect.
  useEffect(() => begin(), []);

  const stream = useChangeStream<Change>({
    document: changesDocument,
    filter,
    onChanges: (changes) =>
      setFeed((before) =>
        paused
          ? { ...before, held: withNew(before.held, changes, keptAtMost) }
          : { ...before, shown: withNew(before.shown, changes, keptAtMost) },
      ),
  });
  const ask = (before: string | null): void => {
    if (asking) return;
    setAsking(true);
    void load(before);
  };
  return {
    ...feed,
    stream,
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
      if (feed.next != null && feed.failure === undefined) ask(feed.next);
    },
    again: () => ask(null),
  };
}
