import { anySignal, type Clock, createBreather, type Logger, toHeddleError } from "../../base/index.ts";
import { type Catalog, type RecordedObject } from "../../catalog/index.ts";
import { type Cluster, type FollowEvent } from "../../cluster/index.ts";
import { type Change, type ClusterId, type Resource, resourceName } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type Store } from "../model.ts";
import { createLedger, type Digest, type Ledger } from "./ledger.ts";
import { createMemory, type Memory } from "./memory.ts";
import { type KindProgress } from "./model.ts";
import { type Places } from "./places.ts";
import { type Recorder } from "./recorder.ts";
import { createStanding, type Standing } from "./standing.ts";
import { storedObjects } from "./stored.ts";
import { kindToRecord, tell } from "./teller.ts";

export type KindDeps = Readonly<{
  store: Store;
  catalog: Catalog;
  recorder: Recorder;
  places: Places;
  clock: Clock;
  log: Logger;
  cacheTtlMs: number;
}>;

/** What a kind needs to know of its cluster. */
export type KindHost = Readonly<{
  id: ClusterId;
  /** The cluster's first sync was told: from then on each object of a new kind is. */
  isSyncTold(): boolean;
  /** Names of kinds of which the catalog knows all that was told. */
  recorded: Set<string>;
  onChange(kind: KindFeed): void;
  /** The cluster told something. */
  onHeard(): void;
}>;

/** Changes applied before the event loop may turn. */
const sliceSize = 100;
/** Objects recorded together when all are. */
const recordSize = 1_000;
const afterFailureMs = 5_000;
/** Before what the catalog refused for good is compared with it again. */
const afterRefusalMs = 60_000;

/** One kind of one cluster: its follower, its place in the store, and what of it is told. */
export class KindFeed {
  readonly resource: Resource;
  readonly #deps: KindDeps;
  readonly #host: KindHost;
  readonly #standing: Standing;
  #mended = 0;
  /** What the follower told, as far as the store still has it. */
  #memory: Memory = createMemory();
  #ledger: Ledger | undefined;
  /** Something of it was not recorded: it must be compared with the catalog once that can be written. */
  #behind = false;
  #again = new AbortController();
  #objectsBefore = 0;

  constructor(deps: KindDeps, host: KindHost, resource: Resource) {
    this.#deps = { ...deps, log: deps.log.child({ cluster: host.id, resource: resourceName(resource) }) };
    this.#host = host;
    this.resource = resource;
    const events = { onChange: () => host.onChange(this), onExpired: () => this.#expired() };
    this.#standing = createStanding(deps, { cluster: host.id, resource }, events);
  }

  get status(): KindProgress["status"] {
    return this.#standing.status();
  }

  get isListed(): boolean {
    return this.#standing.isListed();
  }

  get isBehind(): boolean {
    return this.#behind;
  }

  /** Listed, or it may not be, or the API server cannot. */
  get isSettled(): boolean {
    return this.#standing.isSettled();
  }

  get objects(): number {
    return this.isListed ? this.#memory.size() : Math.max(this.#objectsBefore, this.#memory.size());
  }

  progress(): KindProgress {
    return { ...this.#standing.progress(), mended: this.#mended };
  }

  /** Follows until the signal aborts or the cluster is closed; what was heard before is built upon. Never fails. */
  async follow(cluster: Cluster, signal: AbortSignal): Promise<void> {
    this.#standing.connected(true);
    while (!signal.aborted) {
      this.#again = new AbortController();
      const own = anySignal(signal, this.#again.signal);
      try {
        await this.#run(cluster, own);
        if (!own.aborted) break;
      } catch (error) {
        if (!own.aborted) await this.#failed(error, signal);
      }
    }
    this.#standing.connected(false);
  }

  /** Lists anew and compares with everything: the store, and what was recorded. `mended`: differences that made it so. */
  restart(mended = 0): void {
    this.#mended += mended;
    this.#forget();
    this.#again.abort(new Error("the kind is listed anew"));
  }

  /** Everything that is known of it is recorded, and nobody is told; a list that is not whole begins anew. */
  recordAll(): void {
    const { recorder } = this.#deps;
    const { id, recorded } = this.#host;
    if (!this.isListed) {
      recorded.delete(kindName(this.resource));
      return this.restart();
    }
    const kind = kindToRecord(this.resource);
    const all = [...this.#memory.values()];
    const onLost = (): void => this.#lost();
    for (let start = 0; start < all.length; start += recordSize) {
      const objects = all.slice(start, start + recordSize).map((object) => ({ type: "present", object }) as const);
      recorder.submit({ cluster: id, work: { cluster: id, kind, objects, events: [] }, onLost });
    }
    this.#recordComplete();
  }

  /** Ends its timers; the store keeps what it has. */
  close(): void {
    this.#standing.close();
  }

  async #run(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const { places } = this.#deps;
    this.#standing.set("waiting", "waits for its turn to be listed");
    if (!this.isListed) await this.#beginAnew(signal);
    const place = await places.take(this.#host.id, signal);
    try {
      for await (const event of cluster.follow(this.resource, { known: this.#memory, signal })) {
        place.progress();
        await this.#hear(event, signal);
        if (this.isSettled) place.giveBack();
      }
    } finally {
      place.giveBack();
    }
  }

  async #failed(thrown: unknown, signal: AbortSignal): Promise<void> {
    const error = toHeddleError(thrown);
    this.#deps.log.error({ code: error.code, error: error.message }, "following a kind failed; it is begun anew");
    this.#standing.set("catching-up", error.message, error);
    this.#forget();
    await this.#deps.clock.sleep(afterFailureMs, signal).catch(() => {});
  }

  #forget(): void {
    this.#objectsBefore = this.objects;
    this.#memory = createMemory();
    this.#standing.listed(false);
    this.#ledger = undefined;
  }

  /** Learns what was told and what is stored, so that the list can be compared with it. */
  async #beginAnew(signal: AbortSignal): Promise<void> {
    const { catalog, recorder, store } = this.#deps;
    const { id, recorded } = this.#host;
    const name = kindName(this.resource);
    this.#forget();
    this.#behind = false;
    let told: RecordedObject[] | "nothing-yet" = [];
    if (recorder.state().failing !== undefined) this.#behind = true;
    else if (recorded.has(name)) {
      if (await recorder.settled(id, signal))
        for await (const slice of catalog.objects(id, this.resource)) told.push(...slice);
      else this.#behind = true;
    } else {
      // A list that was broken off by the end of a process may have left some of its objects.
      recorder.submit({ cluster: id, work: (record) => record.dropKind(id, this.resource) });
      if (this.#host.isSyncTold()) this.#recordComplete();
      else told = "nothing-yet";
    }
    const stored = this.#standing.isHeld()
      ? await storedObjects(store, { cluster: id, resource: this.resource }, signal)
      : [];
    this.#ledger = createLedger({ resource: this.resource, told, stored });
  }

  /** From here on what is recorded of the kind is what was told. */
  #recordComplete(): void {
    const { id, recorded } = this.#host;
    const name = kindName(this.resource);
    recorded.add(name);
    const work = { cluster: id, kind: kindToRecord(this.resource), objects: [], events: [], complete: true };
    const onLost = (): void => {
      recorded.delete(name);
      this.#lost();
    };
    this.#deps.recorder.submit({ cluster: id, work, onLost });
  }

  /** Something of it was not recorded: it is compared with the catalog when that can be written. */
  #lost(): void {
    this.#behind = true;
    const { clock, recorder } = this.#deps;
    if (recorder.state().failing === undefined) clock.after(afterRefusalMs, () => this.#behind && this.restart());
  }

  async #hear(event: FollowEvent, signal: AbortSignal): Promise<void> {
    // Told before a restart, it is not for what began after it.
    signal.throwIfAborted();
    if (event.type !== "status") this.#host.onHeard();
    switch (event.type) {
      case "changes":
        await this.#take(event.changes, signal);
        break;
      case "synced":
        await this.#endList(signal);
        break;
      case "status":
        if (event.status === "gone") await this.#endList(signal);
        this.#standing.set(event.status, event.reason, event.error);
        break;
      case "progress":
        break;
    }
    this.#host.onChange(this);
  }

  async #take(changes: readonly Change[], signal: AbortSignal): Promise<void> {
    const breather = createBreather(this.#deps.clock, signal);
    for (let start = 0; start < changes.length; start += sliceSize) {
      const slice = changes.slice(start, start + sliceSize);
      this.#apply(this.#ledger?.digest(slice) ?? { apply: slice, news: slice, unrecorded: slice });
      await this.#deps.recorder.room(signal);
      await breather.pause();
      signal.throwIfAborted();
    }
  }

  async #endList(signal: AbortSignal): Promise<void> {
    if (this.#ledger !== undefined) await this.#take(this.#ledger.end(), signal);
    this.#standing.contact();
    this.#ledger = undefined;
    this.#standing.listed(true);
    if (!this.#behind && !this.#host.recorded.has(kindName(this.resource))) this.#recordComplete();
  }

  #apply(digest: Digest): void {
    this.#standing.contact();
    const onLost = (): void => this.#lost();
    tell(this.#deps, { cluster: this.#host.id, resource: this.resource }, { digest, storeOnly: this.#behind, onLost });
  }

  /** Too old to be of use; when the cluster tells of it again, only what changed meanwhile is told on. */
  #expired(): void {
    this.#deps.log.info({}, "nothing was heard of this kind for too long: its objects are dropped");
    this.restart();
    this.#objectsBefore = 0;
    this.#host.onChange(this);
  }
}
