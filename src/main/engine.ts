import { availableParallelism } from "node:os";
import { type Clock, type Logger, systemRandom } from "../base/index.ts";
import { type Catalog, type Texts } from "../catalog/index.ts";
import { type Bus, type ChangeStream, createBus, createChangeStream } from "../events/index.ts";
import { createClusterReader, createFleet, type Fleet, type FleetPlan } from "../fleet/index.ts";
import {
  createInThreadTaker,
  createLive,
  createStore,
  createStoreReader,
  type Live,
  type Store,
  createTextLister,
  createWorkerTaker,
  type TextLister,
} from "../inventory/index.ts";
import { type Reader } from "../model/index.ts";
import { type Counts } from "../server/index.ts";
import { heddleVersion } from "./version.ts";

export type EngineDeps = Readonly<{ clock: Clock; log: Logger }>;

/** `texts`: where objects are kept for the next start. `counts`: told of every request and event, for metrics. */
export type EngineParts = Readonly<{ catalog: Catalog; texts?: Texts | undefined; counts?: Counts }>;

/** What is kept of a fleet, and how it came: everything that a server and the library answer from. */
export type Engine = AsyncDisposable &
  Readonly<{
    fleet: Fleet;
    store: Store;
    catalog: Catalog;
    bus: Bus;
    live: Live;
    changes: ChangeStream;
    /** Whether `live` may be started: `enable_cache`. */
    cached: boolean;
    reader: Reader;
    listText: TextLister;
  }>;

/**
 * A fleet, its store and what feeds it, on a catalog that it closes at its end. Follows nothing before `live.start`;
 * with `enable_cache: false` never: then every question is asked of the clusters.
 */
export function createEngine(
  { clock, log }: EngineDeps,
  plan: FleetPlan,
  { catalog, texts, counts }: EngineParts,
): Engine {
  const { workerPoolSize, cacheTtlMs, resyncPeriodMs, enableCache } = plan.live;
  const random = systemRandom;
  const fleet = createFleet(
    { clock, random, log, ...(counts && { onRequest: counts.onRequest }) },
    { clusters: plan.clusters, workerPoolSize, userAgent: `heddle/${heddleVersion()}` },
  );
  const store = createStore({ clock }, { relations: plan.live.enableRelationships });
  const ring = createBus({ startsAfter: catalog.log.bounds().last });
  const bus = counts === undefined ? ring : counts.counting(ring);
  const taking = { relations: plan.live.enableRelationships };
  // On one core a thread beside only costs.
  const taker = availableParallelism() > 1 ? createWorkerTaker({ clock, log }, taking) : createInThreadTaker(taking);
  const live = createLive(
    { fleet, store, catalog, texts, bus, taker, clock, random, log },
    { workerPoolSize, cacheTtlMs, resyncPeriodMs },
  );
  const direct = createClusterReader(fleet, { clock, random });
  const readerDeps = { store, fleet, direct, clock };
  return {
    fleet,
    store,
    catalog,
    bus,
    live,
    changes: createChangeStream({ bus, log: catalog.log }),
    cached: enableCache,
    reader: enableCache ? createStoreReader(readerDeps) : direct,
    listText: createTextLister(readerDeps),
    async [Symbol.asyncDispose]() {
      // Those who feed end before what they feed: what was seen is recorded, what is recorded is told.
      await live[Symbol.asyncDispose]();
      await taker[Symbol.asyncDispose]();
      bus.close();
      await Promise.all([catalog[Symbol.asyncDispose](), fleet[Symbol.asyncDispose]()]);
    },
  };
}
