import {
  type Clock,
  createSeededRandom,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
} from "../../../base/index.ts";
import { type Catalog, createMemoryCatalog, type Texts } from "../../../catalog/index.ts";
import { type ApiClient, type Cluster, type ClusterAccess } from "../../../cluster/index.ts";
import { createFollow } from "../../../cluster/follow/follow.ts";
import { createApiClient } from "../../../cluster/http/client.ts";
import { type Bus, createBus } from "../../../events/index.ts";
import { createFleet, type Fleet, type PlannedCluster } from "../../../fleet/index.ts";
import { plannedAt } from "../../../fleet/testing/thin-api.ts";
import { type ClusterId } from "../../../model/index.ts";
import { type ListTaker } from "../../intake/model.ts";
import { createWorkerTaker } from "../../intake/worker-taker.ts";
import { createStore } from "../../store.ts";
import { type Store } from "../../model.ts";
import { createLive } from "../live.ts";
import { type Live, type LiveOptions } from "../model.ts";
import { createWitness, type Witness } from "./witness.ts";

/** Where an API server, or what stands before it, is met. */
export type Door = Readonly<{ server: string; ca: string }>;

/** What a process that feeds is told; `after`: the sequence that was heard last. */
export type LiveQuestion = Door & Readonly<{ token: string; folder: string; after: number }>;

/** An entry of a fleet that leads through this door. */
export const plannedFor = (id: string, { server, ca }: Door, token: string): PlannedCluster => ({
  ...plannedAt(id, { server, ca, token: () => token }),
  limits: { qps: 0, burst: 1, timeoutMs: 30_000 },
});

/** A feed at work, with everything that it feeds, and a witness of what it told. */
export type Session = AsyncDisposable &
  Readonly<{ fleet: Fleet; store: Store; catalog: Catalog; bus: Bus; live: Live; witness: Witness }>;

export type SessionOptions = Readonly<{
  clusters: readonly PlannedCluster[];
  /** The record of an earlier session; it is not disposed. */
  catalog?: Catalog | undefined;
  /** What an earlier session kept of objects. */
  texts?: Texts | undefined;
  /** Who heard what earlier sessions told. */
  witness?: Witness | undefined;
  live?: LiveOptions;
  /** Who takes first lists in; it is disposed. */
  taker?: ListTaker | undefined;
  clock?: Clock;
  log?: Logger;
}>;

/** Begins to follow, trying again sooner than people would want. */
export function beginSession(options: SessionOptions): Session {
  const { clusters, clock = systemClock, log = silentLogger, witness = createWitness() } = options;
  const random = createSeededRandom(1);
  const fleet = impatient(createFleet({ clock, random, log }, { clusters, connectTimeoutMs: 5_000 }), {
    clock,
    random,
  });
  const catalog = options.catalog ?? createMemoryCatalog({ clock });
  const bus = createBus({ startsAfter: catalog.log.bounds().last });
  const store = createStore({ clock });
  const taker = options.taker ?? createWorkerTaker({ clock: systemClock, log }, { relations: true });
  const live = createLive(
    { fleet, store, catalog, texts: options.texts, bus, taker, clock, random, log },
    { resyncPeriodMs: 3_600_000, keepEveryMs: 50, ...options.live },
  );
  const stop = new AbortController();
  const heard = witness.hear({ bus, log: catalog.log }, stop.signal);
  live.start();
  return {
    fleet,
    store,
    catalog,
    bus,
    live,
    witness,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await taker[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
      bus.close();
      await heard;
      stop.abort();
    },
  };
}

/** The fleet, its followers as they ship but for their patience: they try again sooner, and miss a dead peer sooner. */
function impatient(fleet: Fleet, deps: Readonly<{ clock: Clock; random: Random }>): Fleet {
  const known = new WeakMap<Cluster, Cluster>();
  const apis = new Map<ApiClient, ClusterId>();
  const close = async (gone: (id: ClusterId) => boolean): Promise<void> => {
    const closing = [...apis].filter(([, id]) => gone(id)).map(([api]) => api);
    for (const api of closing) apis.delete(api);
    await Promise.all(closing.map((api) => api[Symbol.asyncDispose]()));
  };
  fleet.subscribe(({ type, id }) => void (type === "removed" && close((of) => of === id)));
  const hasten = async (cluster: Cluster, access: ClusterAccess): Promise<Cluster> => {
    const api = createApiClient(
      { access, ...deps, log: silentLogger },
      { userAgent: "heddle/test", pingIntervalMs: 500 },
    );
    apis.set(api, cluster.id);
    const follow = createFollow({ api, ...deps, log: silentLogger }, hasty);
    return { ...cluster, follow };
  };
  return {
    ...fleet,
    async connect(id, signal) {
      const cluster = await fleet.connect(id, signal);
      const made = known.get(cluster) ?? (await hasten(cluster, await fleet.planned(id).access()));
      known.set(cluster, known.get(cluster) ?? made);
      return known.get(cluster) ?? made;
    },
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]();
      await close(() => true);
    },
  };
}

const hasty = { retry: { minMs: 20, maxMs: 200 }, slowRetryMs: { low: 100, high: 200 }, settleMs: 100 };
