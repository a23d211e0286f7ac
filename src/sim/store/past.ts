import { type Collection, type Stored, type StoreEvent } from "./model.ts";
import { keyOf } from "./key.ts";

type Place = Readonly<{ collection: Collection; namespace?: string | undefined }>;

/** The last writes, oldest first. */
export type Past = Readonly<{
  add(event: StoreEvent): void;
  since(revision: number): readonly StoreEvent[] | undefined;
  compactedTo(): number;
  compact(revision: number): void;
  /** What `now`, of a collection or one namespace of it, was at an earlier revision, which must not be forgotten. */
  rewind(place: Place, now: readonly Stored[], at: number): readonly Stored[];
}>;

/** Holds `limit` writes, and up to half as many more before it drops them at once. */
export function createPast(limit: number, firstRevision: number): Past {
  let events: StoreEvent[] = [];
  let compactedTo = firstRevision;

  const compact = (revision: number): void => {
    if (revision <= compactedTo) return;
    events = events.slice(indexAfter(events, revision));
    compactedTo = revision;
  };
  const since: Past["since"] = (revision) =>
    revision < compactedTo ? undefined : events.slice(indexAfter(events, revision));
  return {
    add(event) {
      events.push(event);
      if (events.length <= limit * 1.5) return;
      const oldest = events.at(-limit - 1);
      if (oldest !== undefined) compact(oldest.revision);
    },
    since,
    compactedTo: () => compactedTo,
    compact,
    rewind({ collection, namespace }, now, at) {
      const then = new Map<string, Stored | undefined>();
      for (const { before, after, ...event } of (since(at) ?? []).toReversed())
        if (event.collection === collection && (namespace === undefined || after.namespace === namespace))
          then.set(keyOf(after), before);
      if (then.size === 0) return now;
      const kept = now.filter((stored) => !then.has(keyOf(stored)));
      const changed = [...then.values()].filter((stored) => stored !== undefined);
      return [...kept, ...changed].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    },
  };
}

/** Where the first event after `revision` stands; events are in order of their revisions. */
function indexAfter(events: readonly StoreEvent[], revision: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.revision ?? Infinity) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
