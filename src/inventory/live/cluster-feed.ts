import { anySignal, between, createBackOff, type HeddleError, messageOf, toHeddleError } from "../../base/index.ts";
import { type Texts } from "../../catalog/index.ts";
import { type Cluster, createDiscoveryRefresher, type ResourceChanges } from "../../cluster/index.ts";
import { type Fleet } from "../../fleet/index.ts";
import { type ClusterId, type Resource } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { arrangeKinds } from "./arrange.ts";
import { chooseKinds, wordsWithoutKind } from "./choose-kinds.ts";
import { type ClusterRecord, createClusterRecord } from "./cluster-record.ts";
import { KindFeed } from "./kind-feed.ts";
import { type KindDeps, type KindHost, type KindState } from "./kind-host.ts";
import { createLastKnown, type LastKnown } from "./last-known.ts";
import { type ClusterProgress } from "./model.ts";
import { countWrong } from "./resync.ts";
import { abandonKind, retireKind } from "./retire.ts";

export type ClusterFeedDeps = KindDeps & Readonly<{ fleet: Fleet; resyncPeriodMs: number; texts?: Texts | undefined }>;

export type ClusterFeedEvents = Readonly<{ onProgress(id: ClusterId): void; onLive(): void }>;

type FollowedKind = Readonly<{ feed: KindFeed; stop: AbortController; ended: Promise<void> }>;

const reconnect = { minMs: 500, maxMs: 15_000 };
/** So long a cluster that says nothing at the beginning is waited for, before what was last known of it is shown. */
const silenceMs = 5_000;
/** Between two looks at whether the fleet still has the same connection. */
const watchdogMs = 10_000;

/** One cluster: its connection, which of its kinds are followed, and its first sync. */
export class ClusterFeed implements AsyncDisposable {
  readonly id: ClusterId;
  readonly #deps: ClusterFeedDeps;
  readonly #events: ClusterFeedEvents;
  readonly #host: KindHost;
  readonly #scope = new AbortController();
  /** By name; kept over connections, with what they know. */
  readonly #kinds = new Map<string, KindFeed>();
  readonly #record: ClusterRecord;
  readonly #lastKnown: LastKnown;
  /** Gone while the catalog could not write. */
  readonly #unretired: Resource[] = [];
  /** The kinds are known that the first sync waits for. */
  #arranged = false;
  #toldUnknown = "";
  #synced = false;
  #syncMs: number | undefined;
  #startedAtMs = 0;
  #lastChangeAtMs: number | undefined;
  #error: HeddleError | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ClusterFeedDeps, id: ClusterId, events: ClusterFeedEvents) {
    this.id = id;
    this.#deps = { ...deps, log: deps.log.child({ cluster: id }) };
    this.#events = events;
    this.#record = createClusterRecord(this.#deps, id, this.#scope.signal);
    const { server } = deps.fleet.planned(id).info;
    this.#lastKnown = createLastKnown(this.#deps, { cluster: id, server });
    this.#host = {
      id,
      recorded: this.#record.recorded,
      identity: this.#record.identity,
      toldTo: this.#record.toldTo,
      isSyncTold: this.#record.isSyncTold,
      onChange: (kind) => this.#kindChanged(kind),
      onHeard: () => void (this.#lastChangeAtMs = this.#deps.clock.nowMs()),
    };
  }

  start(): void {
    this.#startedAtMs = this.#deps.clock.monotonicMs();
    this.#running = this.#run();
  }

  progress(): ClusterProgress {
    const kinds = [...this.#kinds.values()];
    return {
      cluster: this.id,
      synced: this.#synced,
      ...(this.#syncMs === undefined ? {} : { syncMs: this.#syncMs }),
      objects: kinds.reduce((sum, { objects }) => sum + objects, 0),
      kinds: kinds.map((kind) => kind.progress()),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.#lastChangeAtMs === undefined ? {} : { lastChangeAtMs: this.#lastChangeAtMs }),
    };
  }

  /** The catalog can write again: what could not be recorded is compared with it. */
  recovered(): void {
    for (const kind of this.#kinds.values()) if (kind.isBehind) kind.restart();
    for (const resource of this.#unretired.splice(0)) {
      // One that is served again is compared with what was recorded of it.
      if (this.#kinds.has(kindName(resource))) continue;
      this.#retire(resource, this.#scope.signal).catch((error: unknown) => {
        this.#deps.log.warn({ error: messageOf(error) }, "a kind that is gone could not be told so");
      });
    }
  }

  /** The catalog knows nothing more: it is told what was told, so that a later process can compare. */
  renewed(): void {
    this.#record.writeAgain();
    for (const kind of this.#kinds.values()) kind.recordAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#scope.abort(new Error(`cluster ${this.id} is no longer followed`));
    await this.#running;
    await this.#lastKnown.end();
    for (const kind of this.#kinds.values()) kind.close();
  }

  async #run(): Promise<void> {
    const { clock, fleet, log, random } = this.#deps;
    const { signal } = this.#scope;
    const backOff = createBackOff(reconnect, random);
    const cancelSilence = clock.after(silenceMs, () => void this.#lastKnown.show());
    signal.addEventListener("abort", cancelSilence, { once: true });
    while (!signal.aborted) {
      const fromMs = clock.monotonicMs();
      try {
        const cluster = await fleet.connect(this.id, signal);
        this.#setError(undefined);
        await this.#session(cluster);
      } catch (error) {
        if (signal.aborted) break;
        log.debug({ error: messageOf(error) }, "the cluster is not followed now");
        this.#setError(toHeddleError(error));
        if (!this.#arranged) void this.#lastKnown.show();
      }
      if (clock.monotonicMs() - fromMs > reconnect.maxMs) backOff.reset();
      await clock.sleep(backOff.nextMs(), signal).catch(() => {});
    }
  }

  /** One connection, from its beginning until it is closed; throws why it could not be used. */
  async #session(cluster: Cluster): Promise<void> {
    const { clock, random, log } = this.#deps;
    const over = new AbortController();
    const signal = anySignal(this.#scope.signal, over.signal);
    const followed = new Map<string, FollowedKind>();
    const resync = this.#resync(cluster, signal);
    const watchdog = this.#watch(cluster, signal).finally(() => over.abort(new Error("the connection is another")));
    watchdog.catch(() => {});
    try {
      if (!(await this.#record.recognise(cluster, signal))) await this.#beginAnew();
      const { discovery, follow } = cluster;
      const refresher = createDiscoveryRefresher({ discovery, follow, clock, random, log });
      for await (const served of refresher.watch(signal)) await this.#arrange({ cluster, followed, over }, served);
      signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      over.abort(new Error("the connection is over"));
      await Promise.allSettled([resync, ...[...followed.values()].map(({ ended }) => ended)]);
    }
    await watchdog;
  }

  /** Ends when the fleet has another connection; throws why it has none. */
  async #watch(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const { clock, fleet } = this.#deps;
    try {
      do await clock.sleep(watchdogMs, signal);
      while ((await fleet.connect(this.id, signal)) === cluster);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** From time to time, whether the store has what the cluster has. */
  async #resync(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const { clock, log, random, resyncPeriodMs, store } = this.#deps;
    try {
      for (;;) {
        await clock.sleep(resyncPeriodMs * between(random, 0.9, 1.1), signal);
        for (const kind of this.#kinds.values()) {
          if (kind.status !== "live") continue;
          const target = { cluster: this.id, resource: kind.resource };
          const looks = { store, objects: cluster.objects, clock, log, lookAgainMs: resyncPeriodMs / 10 };
          const wrong = await countWrong(looks, target, signal);
          if (wrong > 0 && this.#kinds.get(kindName(kind.resource)) === kind) kind.restart(wrong);
        }
      }
    } catch (error) {
      if (!signal.aborted) log.error({ error: messageOf(error) }, "the store is no longer compared with the cluster");
    }
  }

  /** Nothing is known of this cluster. */
  async #beginAnew(): Promise<void> {
    await this.#lastKnown.end();
    this.#deps.store.dropCluster(this.id);
    for (const kind of this.#kinds.values()) kind.discard();
    this.#kinds.clear();
    this.#deps.keeper.keepKinds(this.id, []);
    this.#arranged = false;
    this.#synced = false;
  }

  async #arrange(
    {
      cluster,
      followed,
      over,
    }: Readonly<{ cluster: Cluster; followed: Map<string, FollowedKind>; over: AbortController }>,
    { resources, failedGroups }: ResourceChanges,
  ): Promise<void> {
    const { fleet } = this.#deps;
    const signal = anySignal(this.#scope.signal, over.signal);
    const choice = fleet.planned(this.id).resources;
    if (failedGroups.length === 0) this.#tellUnknown(wordsWithoutKind(resources, choice));
    const { start, replace, retire, abandon } = arrangeKinds({
      followed: [...this.#kinds.values()].map(({ resource }) => resource),
      wanted: chooseKinds(resources, choice),
      served: resources,
      failedGroups,
      recorded: this.#arranged ? [] : this.#record.kinds(),
    });
    if (!this.#arranged) await this.#lastKnown.end(start);
    const end = async (name: string): Promise<void> => {
      const kind = followed.get(name);
      kind?.stop.abort(new Error("the kind is no longer followed"));
      await kind?.ended;
      this.#kinds.get(name)?.discard();
      this.#kinds.delete(name);
      followed.delete(name);
    };
    for (const resource of [...replace, ...retire, ...abandon]) await end(kindName(resource));
    for (const resource of replace) this.#deps.store.dropKind(this.id, resource);
    for (const resource of retire) await this.#retire(resource, signal);
    for (const resource of abandon) abandonKind(this.#deps, { ...this.#host, resource });
    for (const resource of [...start, ...replace])
      this.#kinds.set(kindName(resource), new KindFeed(this.#deps, this.#host, resource));
    for (const [name, feed] of this.#kinds) {
      if (followed.has(name)) continue;
      const stop = new AbortController();
      const own = anySignal(signal, stop.signal);
      const ended = feed.follow(cluster, own).then(() => {
        // A follower ends by itself only when its cluster was closed.
        if (!own.aborted) over.abort(new Error("the connection was closed"));
      });
      followed.set(name, { feed, stop, ended });
    }
    if (!this.#arranged) this.#deps.keeper.keepKinds(this.id, [...this.#record.kinds(), ...start]);
    this.#arranged = true;
    this.#checkSynced();
    this.#events.onProgress(this.id);
  }

  /** Once, until there are others: kinds come and go while one is waited for. */
  #tellUnknown(words: readonly string[]): void {
    const unknown = words.join(", ");
    if (unknown !== "" && unknown !== this.#toldUnknown)
      this.#deps.log.warn(
        { words },
        `resources.include of ${this.id} names what the cluster does not serve (yet): ${unknown}`,
      );
    this.#toldUnknown = unknown;
  }

  async #retire(resource: Resource, signal: AbortSignal): Promise<void> {
    if (!(await retireKind(this.#deps, { ...this.#host, resource }, signal))) this.#unretired.push(resource);
  }

  #kindChanged(kind: KindState): void {
    if (kind.status === "live") this.#events.onLive();
    if (kind.isSettled) this.#checkSynced();
    this.#events.onProgress(this.id);
  }

  #checkSynced(): void {
    const kinds = [...this.#kinds.values()];
    if (this.#synced || !this.#arranged || !kinds.every(({ isSettled }) => isSettled)) return;
    const { clock } = this.#deps;
    this.#synced = true;
    this.#syncMs = clock.monotonicMs() - this.#startedAtMs;
    const { objects } = this.progress();
    if (!this.#record.isSyncTold()) this.#record.tellSynced({ kinds: kinds.length, objects });
    for (const kind of kinds) if (!kind.isListed) kind.restart();
  }

  #setError(error: HeddleError | undefined): void {
    this.#error = error;
    this.#events.onProgress(this.id);
  }
}
