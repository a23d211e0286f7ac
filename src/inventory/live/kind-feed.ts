import { anySignal, type Clock, type HeddleError, type Logger, toHeddleError } from "../../base/index.ts";
import { type Catalog, type RecordedObject } from "../../catalog/index.ts";
import { type Cluster, type FollowEvent, type FollowStatus } from "../../cluster/index.ts";
import { type Change, type ClusterId, type Resource, resourceName } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type Store } from "../model.ts";
import { createBreather } from "../query/breather.ts";
import { createLedger, type Digest, type Ledger } from "./ledger.ts";
import { createMemory, type Memory } from "./memory.ts";
import { type KindProgress } from "./model.ts";
import { type Places } from "./places.ts";
import { type Recorder } from "./recorder.ts";
import { storedObjects } from "./stored.ts";
import { kindToRecord, tell } from "./teller.ts";
import { createVisibility, type Visibility } from "./visibility.ts";

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
}>;

/** Changes applied before the event loop may turn. */
const sliceSize = 100;
/** Objects recorded together when all are. */
const recordSize = 1_000;
const afterFailureMs = 5_000;

/** One kind of one cluster: its follower, its place in the store, and what of it is told. */
export class KindFeed {
  readonly resource: Resource;
  readonly #deps: KindDeps;
  readonly #host: KindHost;
  #status: FollowStatus | "waiting" = "waiting";
  #reason = "waits for its turn to be listed";
  #error: HeddleError | undefined;
  #restarts = 0;
  #mended = 0;
  #connected = false;
  /** What the follower told, as far as the store still has it. */
  #memory: Memory = createMemory();
  /** The list was whole since the memory began. */
  #listed = false;
  #ledger: Ledger | undefined;
  /** Something of it was not recorded: it must be compared with the catalog once that can be written. */
  #behind = false;
  readonly #visibility: Visibility;
  #again = new AbortController();
  #objectsBefore = 0;

  constructor(deps: KindDeps, host: KindHost, resource: Resource) {
    this.#deps = { ...deps, log: deps.log.child({ cluster: host.id, resource: resourceName(resource) }) };
    this.#host = host;
    this.resource = resource;
    this.#visibility = createVisibility(deps, { cluster: host.id, resource }, () => this.#expired());
  }

  get status(): FollowStatus | "waiting" {
    return this.#status;
  }

  get isListed(): boolean {
    return this.#listed;
  }

  get isBehind(): boolean {
    return this.#behind;
  }

  /** Listed, or it may not be. */
  get isSettled(): boolean {
    return this.#listed || this.#status === "forbidden" || this.#status === "gone";
  }

  get objects(): number {
    return this.#ledger === undefined ? this.#memory.size() : Math.max(this.#objectsBefore, this.#memory.size());
  }

  progress(): KindProgress {
    const error = this.#error === undefined ? {} : { error: this.#error };
    const { resource } = this;
    return {
      resource,
      status: this.#status,
      listed: this.#listed,
      reason: this.#reason,
      ...error,
      restarts: this.#restarts,
      mended: this.#mended,
    };
  }

  /** Follows until the signal aborts or the cluster is closed; what was heard before is built upon. Never fails. */
  async follow(cluster: Cluster, signal: AbortSignal): Promise<void> {
    this.#connected = true;
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
    this.#connected = false;
    this.#show();
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
    if (!this.#listed) {
      recorded.delete(kindName(this.resource));
      return this.restart();
    }
    const kind = kindToRecord(this.resource);
    const all = [...this.#memory.values()];
    const onLost = (): void => void (this.#behind = true);
    for (let start = 0; start < all.length; start += recordSize) {
      const objects = all.slice(start, start + recordSize).map((object) => ({ type: "present", object }) as const);
      recorder.submit({ cluster: id, work: { cluster: id, kind, objects, events: [] }, onLost });
    }
    this.#recordComplete();
  }

  /** Ends its timers; the store keeps what it has. */
  close(): void {
    this.#visibility.close();
  }

  async #run(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const { places } = this.#deps;
    this.#setStatus("waiting", "waits for its turn to be listed");
    if (!this.#listed) await this.#beginAnew(signal);
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
    this.#setStatus("catching-up", error.message, error);
    this.#forget();
    await this.#deps.clock.sleep(afterFailureMs, signal).catch(() => {});
  }

  #forget(): void {
    this.#objectsBefore = this.#memory.size();
    this.#memory = createMemory();
    this.#listed = false;
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
    if (recorded.has(name)) {
      await recorder.settled(id, signal);
      for await (const slice of catalog.objects(id, this.resource)) told.push(...slice);
    } else {
      // A list that was broken off by the end of a process may have left some of its objects.
      recorder.submit({ cluster: id, work: (record) => record.dropKind(id, this.resource) });
      if (this.#host.isSyncTold()) this.#recordComplete();
      else told = "nothing-yet";
    }
    const stored = this.#visibility.isHeld()
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
      this.#behind = true;
    };
    this.#deps.recorder.submit({ cluster: id, work, onLost });
  }

  async #hear(event: FollowEvent, signal: AbortSignal): Promise<void> {
    // Told before a restart, it is not for what began after it.
    signal.throwIfAborted();
    switch (event.type) {
      case "changes":
        await this.#take(event.changes, signal);
        break;
      case "synced":
        await this.#endList(signal);
        break;
      case "status":
        if (event.status === "gone") await this.#endList(signal);
        if (event.status === "catching-up") this.#restarts += 1;
        this.#setStatus(event.status, event.reason, event.error);
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
    this.#visibility.contact();
    this.#ledger = undefined;
    this.#listed = true;
    if (!this.#host.recorded.has(kindName(this.resource))) this.#recordComplete();
  }

  #apply(digest: Digest): void {
    this.#visibility.contact();
    const onLost = (): void => void (this.#behind = true);
    tell(this.#deps, { cluster: this.#host.id, resource: this.resource }, { digest, storeOnly: this.#behind, onLost });
  }

  #setStatus(status: FollowStatus | "waiting", reason: string, error?: HeddleError): void {
    this.#status = status;
    this.#reason = reason;
    this.#error = error;
    this.#show();
    this.#host.onChange(this);
  }

  #show(): void {
    this.#visibility.show({ status: this.#status, error: this.#error, connected: this.#connected });
  }

  /** Too old to be of use; when the cluster tells of it again, only what changed meanwhile is told on. */
  #expired(): void {
    this.#deps.log.info({}, "nothing was heard of this kind for too long: its objects are dropped");
    this.restart();
    this.#objectsBefore = 0;
    this.#host.onChange(this);
  }
}
