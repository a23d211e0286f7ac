import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type KindTexts, type Texts } from "../../catalog/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { createShelf, type KeptShelf, type Pace, type Shelf, type ShelfOptions } from "./shelf.ts";

/** Keeps the texts of all kinds on disk, in the background, so that a later process can begin with them. */
export type Keeper = AsyncDisposable &
  Readonly<{
    /** `identity`: the cluster itself, whatever it is called. */
    shelf(kind: Omit<ShelfOptions, "onDiscard"> & Readonly<{ identity: string }>): Shelf;
    /** Forgets what is kept of other kinds of the cluster than these. */
    keepKinds(cluster: ClusterId, kinds: readonly Readonly<{ group: string; plural: string }>[]): void;
    /** Forgets all other clusters. */
    keepClusters(clusters: readonly ClusterId[]): void;
  }>;

export type KeeperDeps = Readonly<{ texts: Texts | undefined; store: Store; clock: Clock; log: Logger }>;

export type KeeperOptions = Readonly<{
  /** From the end of one round to the next. Default 10 s. */
  everyMs?: number | undefined;
  /** For so long the end may be held up to write what changed last. Default 400 ms. */
  lastMs?: number | undefined;
}>;

/** Milliseconds of work after which a pause is due, and how much longer that is. */
const [workMs, restFactor] = [4, 4];

/** Begins with the first shelf. Disposing, after those who feed have ended, writes what there is time for. */
export function createKeeper(
  { texts, store, clock, log }: KeeperDeps,
  { everyMs = 10_000, lastMs = 400 }: KeeperOptions = {},
): Keeper {
  const shelves = new Set<KeptShelf>();
  const stop = new AbortController();
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await clock.sleep(everyMs, stop.signal).catch(() => {});
      for (const shelf of shelves) {
        if (stop.signal.aborted) return;
        if (shelf.isDue(clock.monotonicMs())) await shelf.write(paced(clock, stop.signal));
      }
    }
  };
  const writeLast = async (): Promise<void> => {
    const untilMs = clock.monotonicMs() + lastMs;
    const isTime = (): boolean => clock.monotonicMs() < untilMs;
    // What is there already is gone on with first: that is little work.
    const due = [...shelves]
      .filter((shelf) => shelf.isDue(Infinity))
      .map((shelf) => ({ shelf, weight: shelf.weight() }));
    for (const { shelf } of due.toSorted((a, b) => a.weight - b.weight)) {
      if (!isTime()) break;
      await shelf.write(async () => isTime());
    }
  };
  const begin = (): void => {
    running ??= run().catch((error: unknown) => {
      log.error({ error: messageOf(error) }, "what objects look like is no longer kept on disk");
    });
  };
  return {
    shelf({ identity, ...options }) {
      const of = { cluster: options.cluster, identity, kind: options.resource };
      const shelf = createShelf(
        { store, texts: texts?.of(of) ?? nothing, clock, log },
        { ...options, onDiscard: (gone) => void shelves.delete(gone) },
      );
      if (texts !== undefined) {
        shelves.add(shelf);
        begin();
      }
      return shelf;
    },
    keepKinds: (cluster, kinds) => void texts?.keepKinds(cluster, kinds),
    keepClusters: (clusters) => void texts?.keepClusters(clusters),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await writeLast();
    },
  };
}

/** Works a little and rests for longer: what is kept is for later. */
function paced(clock: Clock, signal: AbortSignal): Pace {
  let sinceMs = clock.monotonicMs();
  return async () => {
    const workedMs = clock.monotonicMs() - sinceMs;
    if (workedMs >= workMs) {
      await clock.sleep(workedMs * restFactor, signal).catch(() => {});
      sinceMs = clock.monotonicMs();
    }
    return !signal.aborted;
  };
}

const nothing: KindTexts = {
  read: async () => undefined,
  write: async () => false,
  remove: async () => {},
  size: () => undefined,
};
