import { abortable, messageOf } from "../../base/index.ts";
import { createLatestFeed } from "../../fleet/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { ClusterFeed } from "./cluster-feed.ts";
import { createKeeper } from "./keeper.ts";
import { type Live, type LiveDeps, type LiveOptions } from "./model.ts";
import { createPlaces } from "./places.ts";
import { createRecorder } from "./recorder.ts";

const defaults = { workerPoolSize: 10, cacheTtlMs: 300_000, resyncPeriodMs: 600_000 };
/** A first list that is silent for so long gives its place to another. */
const idleMs = 5_000;

/** The feed of a fleet. Nothing is contacted before it is started. Disposing leaves the catalog as it is. */
export function createLive(deps: LiveDeps, options: LiveOptions = {}): Live {
  const { fleet, store, catalog, bus, clock, random, log } = deps;
  const recorder = createRecorder({ catalog, bus, clock, random, log }, { keepItems: options.keepUnrecorded });
  const keeper = createKeeper({ texts: deps.texts, store, clock, log }, { everyMs: options.keepEveryMs });
  const size = options.workerPoolSize ?? defaults.workerPoolSize;
  const feedDeps = {
    ...deps,
    recorder,
    keeper,
    places: createPlaces({ size, idleMs }, clock),
    cacheTtlMs: options.cacheTtlMs ?? defaults.cacheTtlMs,
    resyncPeriodMs: options.resyncPeriodMs ?? defaults.resyncPeriodMs,
  };
  const feeds = new Map<ClusterId, ClusterFeed>();
  /** Clusters that are being given up: one of the same id waits for that. */
  const ending = new Map<ClusterId, Promise<void>>();
  const news = createLatestFeed<ClusterId>();
  const live = Promise.withResolvers<void>();
  let unsubscribe: (() => void) | undefined;
  let closed = false;

  const add = async (id: ClusterId): Promise<void> => {
    const feed = new ClusterFeed(feedDeps, id, { onProgress: news.tell, onLive: live.resolve });
    feeds.set(id, feed);
    await ending.get(id);
    if (feeds.get(id) === feed && !closed) feed.start();
  };
  const giveUp = async (id: ClusterId, feed: ClusterFeed): Promise<void> => {
    await ending.get(id);
    await feed[Symbol.asyncDispose]();
    store.dropCluster(id);
    // One that is back already under other settings is compared with its record.
    if (feeds.has(id)) return;
    keeper.keepKinds(id, []);
    recorder.forget(id);
    recorder.submit({ cluster: id, work: (record) => record.dropCluster(id) });
  };
  const remove = (id: ClusterId): void => {
    const feed = feeds.get(id);
    if (feed === undefined) return;
    feeds.delete(id);
    const end = giveUp(id, feed).finally(() => {
      if (ending.get(id) === end) ending.delete(id);
    });
    ending.set(id, end);
  };
  /** Clusters that left the fleet while nobody followed it. */
  const dropStrangers = async (): Promise<void> => {
    try {
      for (const { id } of await catalog.clusters())
        if (!feeds.has(id)) recorder.submit({ cluster: id, work: (record) => record.dropCluster(id) });
    } catch (error) {
      log.warn({ error: messageOf(error) }, "the catalog's clusters could not be read");
    }
  };
  recorder.onNews((what) => {
    for (const feed of feeds.values()) feed[what]();
  });
  const inOrder = (): readonly ClusterFeed[] => fleet.clusters().flatMap(({ id }) => feeds.get(id) ?? []);
  return {
    start() {
      if (unsubscribe !== undefined || closed) return;
      unsubscribe = fleet.subscribe(({ type, id }) => (type === "added" ? void add(id) : remove(id)));
      for (const { id } of fleet.clusters()) void add(id);
      void dropStrangers();
      keeper.keepClusters([...feeds.keys()]);
    },
    progress: () => inOrder().map((feed) => feed.progress()),
    async *changes(signal) {
      for await (const id of news.follow(feeds.keys(), signal)) {
        const feed = feeds.get(id);
        if (feed !== undefined) yield feed.progress();
      }
    },
    ready: (signal) => abortable(live.promise, signal),
    recording: () => recorder.state(),
    async [Symbol.asyncDispose]() {
      closed = true;
      unsubscribe?.();
      await Promise.all([...feeds.values()].map((feed) => feed[Symbol.asyncDispose]()));
      await Promise.all(ending.values());
      await keeper[Symbol.asyncDispose]();
      await recorder[Symbol.asyncDispose]();
      news.close();
    },
  };
}
