import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type KindTexts, type RecordedObject, type TextsBlock } from "../../catalog/index.ts";
import { type Change } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { isAfter } from "./resource-version.ts";
import { takeKept } from "./take-kept.ts";
import { type KindOfCluster } from "./teller.ts";

/** What the store had of a kind before the process began. */
export type Restored = Readonly<{
  /** Where a watch goes on. */
  cursor: string;
  /** Nothing of it is later. */
  upTo: string;
  savedAtMs: number;
  objects: readonly RecordedObject[];
}>;

/** What is kept on disk of one kind, as its feed sees it. */
export type Shelf = Readonly<{
  /** Brings what is kept into the store. Undefined when nothing is, or not all of it could be read. */
  restore(signal: AbortSignal): Promise<Restored | undefined>;
  /** These changes are in the store now. */
  noted(changes: readonly Change[]): void;
  /** Everything up to this resourceVersion is in the store. */
  reached(resourceVersion: string): void;
  /** What is in the store is of no one moment, until something is reached again. */
  unsettled(): void;
  /** All of it is listed from nothing: what is kept is to be kept anew. */
  anew(): void;
  /** The kind is no longer followed. */
  discard(): void;
}>;

/** The same for whoever writes. */
export type KeptShelf = Shelf &
  Readonly<{
    isDue(nowMs: number): boolean;
    /** Objects that are to be written. */
    weight(): number;
    /** `pace` is awaited between some objects and the next; false from it gives the writing up. */
    write(pace: Pace): Promise<void>;
  }>;

export type Pace = () => Promise<boolean>;

export type ShelfDeps = Readonly<{ store: Store; texts: KindTexts; clock: Clock; log: Logger }>;

export type ShelfOptions = KindOfCluster &
  Readonly<{
    /** All objects of the kind, as they are known now. */
    known(): Iterable<Pick<RecordedObject, "namespace" | "name">>;
    onDiscard(shelf: KeptShelf): void;
  }>;

/** A kind of which only the resourceVersion moved is written so seldom. */
const quietMs = 300_000;
/** After it could not be written. */
const afterFailureMs = 60_000;
/** With more entries than this, and than objects, after the whole part, all is written anew. */
const mostSince = 1_000;
/** Objects gathered before the event loop may turn. */
const sliceSize = 25;
/** So many bytes make a block: enough for zstd to see what repeats, little enough to be read in one go. */
const blockBytes = 256 * 1024;

type Name = Pick<RecordedObject, "namespace" | "name">;

export function createShelf({ store, texts, clock, log }: ShelfDeps, options: ShelfOptions): KeptShelf {
  const { cluster, resource, known } = options;
  let changed = new Map<string, Name>();
  let cursor: string | undefined;
  let moved = false;
  let whole = true;
  let writtenAtMs = -Infinity;
  let failedAtMs = -Infinity;
  /** What is restored is kept on, though the watch may not have come so far. */
  let restoredTo = "";
  /** What is being written means nothing once this has grown. */
  let generation = 0;

  async function* gather(names: Iterable<Name>, pace: Pace): AsyncGenerator<TextsBlock> {
    const writer = store.keeping(cluster, resource);
    let added = 0;
    for (const name of names) {
      writer.add(name);
      if (writer.size() >= blockBytes) yield writer.block();
      if (++added % sliceSize > 0 || (await pace())) continue;
      generation += 1;
      return;
    }
    yield writer.block();
  }
  const isGrown = (): boolean => {
    const size = texts.size();
    return size === undefined || size.since > Math.max(size.whole, mostSince);
  };
  const shelf: KeptShelf = {
    async restore(signal) {
      const kept = await texts.read(signal);
      if (kept === undefined) return undefined;
      try {
        const objects = await takeKept({ store, clock }, { cluster, resource, kept }, signal);
        const { upTo, savedAtMs } = kept;
        whole = false;
        restoredTo = upTo;
        return { cursor: kept.cursor, upTo, savedAtMs, objects };
      } catch (error) {
        signal.throwIfAborted();
        // Half of a kind would stay: nobody compares the list with it.
        store.dropKind(cluster, resource);
        log.warn({ error: messageOf(error) }, "the texts kept of a kind could not be read whole: it is listed anew");
        return undefined;
      }
    },
    noted(changes) {
      if (whole) return;
      for (const { object } of changes) {
        const { namespace = "", name } = object.metadata;
        changed.set(`${namespace}/${name}`, { namespace, name });
      }
    },
    reached(resourceVersion) {
      moved ||= cursor !== resourceVersion;
      cursor = resourceVersion;
    },
    unsettled: () => void (cursor = undefined),
    anew() {
      changed.clear();
      cursor = undefined;
      whole = true;
      generation += 1;
    },
    discard() {
      shelf.anew();
      options.onDiscard(shelf);
      void texts.remove();
    },
    isDue(nowMs) {
      if (cursor === undefined || nowMs - failedAtMs < afterFailureMs) return false;
      return whole || changed.size > 0 || (moved && nowMs - writtenAtMs >= quietMs);
    },
    weight: () => (whole || isGrown() ? [...known()].length : changed.size),
    async write(pace) {
      const from = cursor;
      if (from === undefined) return;
      const savedAtMs = clock.nowMs();
      const all = whole || isGrown();
      const names = all ? known() : changed.values();
      const before = changed;
      changed = new Map();
      [whole, moved] = [false, false];
      const begun = generation;
      const mark = () =>
        cursor === undefined || generation !== begun
          ? undefined
          : { cursor: from, upTo: isAfter(restoredTo, cursor) ? restoredTo : cursor, savedAtMs };
      writtenAtMs = clock.monotonicMs();
      if (await texts.write({ whole: all, blocks: gather(names, pace), mark })) return;
      moved = true;
      if (mark() !== undefined) failedAtMs = clock.monotonicMs();
      if (all) whole = true;
      else changed = new Map([...before, ...changed]);
    },
  };
  return shelf;
}
