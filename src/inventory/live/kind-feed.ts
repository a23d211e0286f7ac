import { anySignal, type Breather, createBreather, toHeddleError } from "../../base/index.ts";
import { type Cluster, type FollowEvent, type ListedBatch, type ListTaking } from "../../cluster/index.ts";
import { type Change, type Resource, resourceName } from "../../model/index.ts";
import { takenBatch } from "../intake/model.ts";
import { kindName } from "../kind-ref.ts";
import { type KindDeps, type KindHost } from "./kind-host.ts";
import { createKindRecord, type KindRecord } from "./kind-record.ts";
import { createLedger, type Digest, type Ledger } from "./ledger.ts";
import { createMemory, type Memory } from "./memory.ts";
import { type KindProgress } from "./model.ts";
import { type Resumption } from "./resumption.ts";
import { resumptionOf, showKept } from "./resume.ts";
import { type Shelf } from "./shelf.ts";
import { createStanding, type Standing } from "./standing.ts";
import { storedObjects } from "./stored.ts";

/** Changes applied before the event loop may turn. */
const sliceSize = 100;
const afterFailureMs = 5_000;

/** One kind of one cluster: its follower, its place in the store, and what of it is told. */
export class KindFeed {
  readonly resource: Resource;
  readonly #deps: KindDeps;
  readonly #host: KindHost;
  readonly #standing: Standing;
  readonly #record: KindRecord;
  #shelf: Shelf | undefined;
  #mended = 0;
  /** What the follower told, as far as the store still has it. */
  #memory: Memory = createMemory();
  #ledger: Ledger | undefined;
  /** Instead of a ledger, where a watch goes on from what was kept. */
  #resumption: Resumption | undefined;
  #again = new AbortController();
  #objectsBefore = 0;

  constructor(deps: KindDeps, host: KindHost, resource: Resource) {
    this.#deps = { ...deps, log: deps.log.child({ cluster: host.id, resource: resourceName(resource) }) };
    this.#host = host;
    this.resource = resource;
    const events = { onChange: () => host.onChange(this), onExpired: () => this.#expired() };
    this.#standing = createStanding(deps, { cluster: host.id, resource }, events);
    this.#record = createKindRecord(deps, { ...host, resource, onCompare: () => this.restart() });
  }

  get status(): KindProgress["status"] {
    return this.#standing.status();
  }

  get isListed(): boolean {
    return this.#standing.isListed();
  }

  get isBehind(): boolean {
    return this.#record.isBehind();
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
    if (this.isListed) return this.#record.all([...this.#memory.values()]);
    this.#host.recorded.delete(kindName(this.resource));
    this.restart();
  }

  /** Ends its timers; the store keeps what it has. */
  close(): void {
    this.#standing.close();
  }

  /** The same, and nothing of it is kept. */
  discard(): void {
    this.close();
    this.#shelf?.discard();
  }

  async #run(cluster: Cluster, signal: AbortSignal): Promise<void> {
    this.#standing.set("waiting", "waits for its turn to be listed");
    let place = await this.#deps.places.take(this.#host.id, signal);
    try {
      const resourceVersion = this.isListed ? undefined : await this.#begin(cluster, signal);
      // Nothing is listed: others need not wait.
      if (resourceVersion !== undefined) place.giveBack();
      const from = resourceVersion === undefined ? {} : { resourceVersion };
      const take = (): ListTaking | undefined => this.#taking();
      for await (const event of cluster.follow(this.resource, { known: this.#memory, ...from, take, signal })) {
        place.progress();
        await this.#hear(event, signal);
        if (this.isSettled) place.giveBack();
        // It has to be listed after all; the follower goes on only when it is asked to.
        else if (resourceVersion !== undefined && event.type === "status" && event.error !== undefined) {
          place.giveBack();
          place = await this.#deps.places.take(this.#host.id, signal);
        }
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
    this.#resumption = undefined;
    this.#shelf?.anew();
  }

  /** Shows what is kept, and learns what it is to be compared with. Answers from where a watch can go on. */
  async #begin(cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
    const { store } = this.#deps;
    const toldTo = this.#host.toldTo(kindName(this.resource));
    const isFirst = this.#shelf === undefined;
    this.#forget();
    const of = { cluster: cluster.id, identity: this.#host.identity(), resource: this.resource };
    this.#shelf ??= this.#deps.keeper.shelf({ ...of, known: () => this.#memory.values() });
    const parts = { ...this.#deps, shelf: this.#shelf, standing: this.#standing };
    const shown =
      isFirst && toldTo !== undefined ? await showKept(parts, { cluster, resource: this.resource }, signal) : undefined;
    const told = await this.#record.begin(signal);
    if (shown !== undefined && told !== "nothing-yet" && !this.isBehind) {
      const begun = await resumptionOf(store, shown, { told, toldTo });
      signal.throwIfAborted();
      if (begun !== undefined) {
        for (const object of shown.kept.objects) this.#memory.set(object);
        this.#resumption = begun.resumption;
        return begun.from;
      }
    }
    this.#shelf.anew();
    const kind = { cluster: cluster.id, resource: this.resource };
    const stored = this.#standing.isHeld() ? await storedObjects(store, kind, signal) : [];
    this.#ledger = createLedger({ resource: this.resource, told, stored });
    return undefined;
  }

  async #hear(event: FollowEvent, signal: AbortSignal): Promise<void> {
    // Told before a restart, it is not for what began after it.
    signal.throwIfAborted();
    if (event.type !== "status") this.#host.onHeard();
    switch (event.type) {
      case "changes":
        await this.#take(event.changes, event.resourceVersion, signal);
        break;
      case "listed":
        await this.#takeIn(event.batch, signal);
        break;
      case "synced":
        if (event.via === "resume") this.#resumed();
        else await this.#endList(signal, event.resourceVersion);
        await this.#reach(event.resourceVersion, signal);
        break;
      case "status":
        if (event.status !== "live") this.#shelf?.unsettled();
        if (event.status === "gone") await this.#endList(signal);
        this.#standing.set(event.status, event.reason, event.error);
        break;
      case "progress":
        await this.#reach(event.resourceVersion, signal);
        break;
    }
    this.#host.onChange(this);
  }

  /** `reached`: everything up to there is told with these, in order; undefined for what is listed. */
  async #take(changes: readonly Change[], reached: string | undefined, signal: AbortSignal): Promise<void> {
    const breather = createBreather(this.#deps.clock, signal);
    for (let start = 0; start < changes.length; start += sliceSize) {
      const slice = changes.slice(start, start + sliceSize);
      const comparison = this.#ledger ?? this.#resumption;
      const digest = comparison?.digest(slice) ?? { apply: slice, news: slice, unrecorded: slice };
      const isLast = start + sliceSize >= changes.length;
      const soFar = isLast ? reached : slice.at(-1)?.object.metadata.resourceVersion;
      this.#apply(digest, reached === undefined ? undefined : soFar);
      await this.#pause(breather, signal);
    }
    if (reached !== undefined) await this.#reach(reached, signal);
  }

  /** Where nobody is told of the objects one by one, and nothing is compared with them, they need no looking at. */
  #taking(): ListTaking | undefined {
    return this.#ledger?.isBlind === true ? this.#deps.taker?.begin(this.resource) : undefined;
  }

  async #takeIn(batch: ListedBatch, signal: AbortSignal): Promise<void> {
    this.#standing.contact();
    this.#record.tellTaken(takenBatch(batch));
    await this.#deps.recorder.room(signal);
    signal.throwIfAborted();
  }

  async #pause(breather: Breather, signal: AbortSignal): Promise<void> {
    await this.#deps.recorder.room(signal);
    await breather.pause();
    signal.throwIfAborted();
  }

  /** `toldTo`: where the list was; undefined when there is none, for the kind is gone. */
  async #endList(signal: AbortSignal, toldTo?: string): Promise<void> {
    if (this.#ledger !== undefined) await this.#take(this.#ledger.end(), undefined, signal);
    this.#ledger = undefined;
    await this.#settle(signal);
    this.#resumed();
    this.#record.complete(toldTo);
  }

  #resumed(): void {
    this.#standing.contact();
    this.#standing.listed(true);
  }

  /** Everything up to there was taken. */
  async #reach(resourceVersion: string, signal: AbortSignal): Promise<void> {
    this.#shelf?.reached(resourceVersion);
    if (this.#resumption?.isOver(resourceVersion) === true) await this.#settle(signal);
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const breather = createBreather(this.#deps.clock, signal);
    for (const digest of this.#resumption?.settle() ?? []) {
      this.#apply(digest);
      await this.#pause(breather, signal);
    }
    this.#resumption = undefined;
  }

  #apply(digest: Digest, toldTo?: string): void {
    this.#standing.contact();
    this.#record.tell(digest, toldTo);
    this.#shelf?.noted(digest.apply);
    if (toldTo !== undefined) this.#shelf?.reached(toldTo);
  }

  /** Too old to be of use; when the cluster tells of it again, only what changed meanwhile is told on. */
  #expired(): void {
    this.#deps.log.info({}, "nothing was heard of this kind for too long: its objects are dropped");
    this.restart();
    this.#objectsBefore = 0;
    this.#host.onChange(this);
  }
}
