import {
  abortable,
  type Clock,
  createBackOff,
  type HeddleError,
  type Logger,
  type Random,
  toHeddleError,
} from "../../base/index.ts";
import { type Catalog, type CatalogBatch } from "../../catalog/index.ts";
import { type Bus, type EventRecord } from "../../events/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { kindName, type KindRef } from "../kind-ref.ts";

/** Something for the catalog to do, about one cluster. */
export type Errand = Readonly<{
  cluster: ClusterId;
  /** Either a batch to record, and to publish once it is, or another change of the record. */
  work: CatalogBatch | ((catalog: Catalog) => Promise<void>);
  /** It was given up, for want of memory or because it can never succeed. */
  onLost?: (() => void) | undefined;
}>;

/**
 * Brings what the feed found into the catalog and then onto the bus, in the order in which it was found. While the
 * catalog cannot write, errands wait and are tried again; beyond a bound all but the first are given up.
 */
export type Recorder = AsyncDisposable &
  Readonly<{
    /** Never waits and never fails. */
    submit(errand: Errand): void;
    /** Whether something of the kind was submitted since the recorder began, so that the catalog may hold some of it. */
    hasSeen(cluster: ClusterId, kind: KindRef): boolean;
    /** Resolves when there is room for more; at once while the catalog cannot write: the store goes on being live. */
    room(signal: AbortSignal): Promise<void>;
    /**
     * True when everything of the cluster that was submitted until now is done or given up; false as soon as the catalog
     * cannot write: that may last.
     */
    settled(cluster: ClusterId, signal: AbortSignal): Promise<boolean>;
    /** What was submitted for the cluster and has not begun is given up, and nobody is told. */
    forget(cluster: ClusterId): void;
    /** Told when the catalog can write again, and when it was begun anew and knows nothing more. One listener. */
    onNews(listener: (news: "recovered" | "renewed") => void): void;
    state(): RecorderState;
  }>;

export type RecorderState = Readonly<{
  /** Errands that wait or are under way. */
  waiting: number;
  /** Why the catalog cannot write, and since when (milliseconds since the epoch). */
  failing?: Readonly<{ error: HeddleError; sinceMs: number }>;
}>;

export type RecorderDeps = Readonly<{ catalog: Catalog; bus: Bus; clock: Clock; random: Random; log: Logger }>;

export type RecorderOptions = Readonly<{
  /** Objects and events beyond which producers wait. Default 5,000. */
  roomItems?: number | undefined;
  /** Objects and events beyond which they are given up while the catalog fails. Default 50,000. */
  keepItems?: number | undefined;
  retry?: Readonly<{ minMs: number; maxMs: number }> | undefined;
}>;

type Waiting = Errand & Readonly<{ items: number; done: () => void }>;

const defaultRetry = { minMs: 500, maxMs: 15_000 };

/** Begins when something is submitted. Disposing waits for what is under way, and gives up what is not. */
export function createRecorder(deps: RecorderDeps, options: RecorderOptions = {}): Recorder {
  return new QueueRecorder(deps, options);
}

class QueueRecorder implements Recorder {
  readonly #deps: RecorderDeps;
  readonly #roomItems: number;
  readonly #keepItems: number;
  readonly #backOff;
  readonly #closed = new AbortController();
  readonly #seen = new Set<string>();
  #listener: (news: "recovered" | "renewed") => void = () => {};
  #renewed: number;
  #waiting: Waiting[] = [];
  #underWay: readonly Waiting[] = [];
  #items = 0;
  #failing: RecorderState["failing"];
  #running: Promise<void> | undefined;
  #roomMade = Promise.withResolvers<void>();
  /** Resolves when the catalog cannot write. */
  #failed = Promise.withResolvers<void>();

  constructor(deps: RecorderDeps, { roomItems = 5_000, keepItems = 50_000, retry = defaultRetry }: RecorderOptions) {
    this.#deps = deps;
    this.#renewed = deps.catalog.stats().renewed;
    this.#roomItems = roomItems;
    this.#keepItems = keepItems;
    this.#backOff = createBackOff(retry, deps.random);
  }

  hasSeen(cluster: ClusterId, kind: KindRef): boolean {
    return this.#seen.has(`${cluster}/${kindName(kind)}`);
  }

  submit(errand: Errand): void {
    const { cluster, work } = errand;
    if (typeof work !== "function" && work.kind !== undefined) this.#seen.add(`${cluster}/${kindName(work.kind)}`);
    this.#enqueue(errand, () => {});
  }

  async room(signal: AbortSignal): Promise<void> {
    while (this.#failing === undefined && this.#items >= this.#roomItems && !this.#closed.signal.aborted)
      await abortable(this.#roomMade.promise, signal);
  }

  async settled(cluster: ClusterId, signal: AbortSignal): Promise<boolean> {
    if (this.#failing !== undefined) return false;
    if (![...this.#underWay, ...this.#waiting].some((errand) => errand.cluster === cluster)) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enqueue({ cluster, work: () => Promise.resolve() }, resolve);
    await abortable(Promise.race([promise, this.#failed.promise]), signal);
    return this.#failing === undefined;
  }

  forget(cluster: ClusterId): void {
    const [gone, kept] = partition(this.#waiting, (errand) => errand.cluster === cluster);
    this.#waiting = kept;
    for (const errand of gone) this.#drop(errand);
  }

  onNews(listener: (news: "recovered" | "renewed") => void): void {
    this.#listener = listener;
  }

  state(): RecorderState {
    return { waiting: this.#size(), ...(this.#failing === undefined ? {} : { failing: this.#failing }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#running;
    for (const errand of this.#waiting.splice(0)) this.#drop(errand);
    this.#makeRoom();
  }

  #size(): number {
    return this.#waiting.length + this.#underWay.length;
  }

  #enqueue(errand: Errand, done: () => void): void {
    if (this.#closed.signal.aborted) return done();
    const items = typeof errand.work === "function" ? 1 : errand.work.objects.length + errand.work.events.length;
    this.#waiting.push({ ...errand, items, done });
    this.#items += items;
    if (this.#failing !== undefined && this.#items > this.#keepItems) this.#giveUp();
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What is submitted in the same turn is recorded together.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 && (await this.#round()));
    } finally {
      // At once: what is submitted from here on begins anew.
      this.#running = undefined;
    }
  }

  /** Does as many errands as go together. False when the recorder was closed while it had to wait. */
  async #round(): Promise<boolean> {
    this.#underWay = this.#takeRound();
    const results = await Promise.allSettled(this.#underWay.map(({ work }) => this.#do(work)));
    const records: EventRecord[] = [];
    const failed: Waiting[] = [];
    let error: HeddleError | undefined;
    for (const [index, errand] of this.#underWay.entries()) {
      const result = results[index];
      if (result?.status === "fulfilled") records.push(...result.value);
      const failure = result?.status === "rejected" ? toHeddleError(result.reason) : undefined;
      if (failure?.retryable === true) failed.push(errand);
      else if (failure !== undefined) this.#loseForGood(errand, failure);
      else this.#drop(errand);
      error ??= failure?.retryable === true ? failure : undefined;
    }
    this.#underWay = [];
    this.#waiting = [...failed, ...this.#waiting];
    if (records.length > 0) this.#deps.bus.publish(records);
    this.#noticeRenewal();
    if (error !== undefined) return this.#fail(error);
    this.#recover();
    this.#makeRoom();
    return true;
  }

  /** Batches go together; anything else alone. While it fails: the first only, to see whether it does so still. */
  #takeRound(): readonly Waiting[] {
    const isBatch = ({ work }: Waiting): boolean => typeof work !== "function";
    const end = this.#waiting.findIndex((errand) => !isBatch(errand));
    const many = end === -1 ? this.#waiting.length : Math.max(1, end);
    return this.#waiting.splice(0, this.#failing === undefined ? many : 1);
  }

  async #do(work: Errand["work"]): Promise<readonly EventRecord[]> {
    if (typeof work !== "function") return this.#deps.catalog.record(work);
    await work(this.#deps.catalog);
    return [];
  }

  async #fail(error: HeddleError): Promise<boolean> {
    const { clock, log } = this.#deps;
    if (this.#failing === undefined) {
      log.error({ code: error.code, error: error.message }, "the catalog cannot write; changes wait in memory");
      this.#failing = { error, sinceMs: clock.nowMs() };
      this.#failed.resolve();
      this.#makeRoom();
    }
    if (this.#items > this.#keepItems) this.#giveUp();
    try {
      await clock.sleep(this.#backOff.nextMs(), this.#closed.signal);
    } catch {
      return false;
    }
    return true;
  }

  #recover(): void {
    this.#backOff.reset();
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#failed = Promise.withResolvers();
    this.#deps.log.info({ waiting: this.#waiting.length }, "the catalog writes again");
    this.#listener("recovered");
  }

  /** A damaged catalog is set aside and begun anew, without a failure. */
  #noticeRenewal(): void {
    const { renewed } = this.#deps.catalog.stats();
    if (renewed === this.#renewed) return;
    this.#renewed = renewed;
    this.#listener("renewed");
  }

  /** The first stays, to see when the catalog can write again. */
  #giveUp(): void {
    const [first, ...rest] = this.#waiting;
    if (first === undefined || rest.length === 0) return;
    this.#deps.log.error(
      { errands: rest.length },
      "too many changes wait for the catalog: they are given up, and compared with it when it writes again",
    );
    this.#waiting = [first];
    for (const errand of rest) this.#drop(errand);
    // Now that there is room: some are submitted again.
    for (const { onLost } of rest) onLost?.();
  }

  #loseForGood(errand: Waiting, { code, message }: HeddleError): void {
    if (code !== "HEDDLE_CATALOG_CLOSED")
      this.#deps.log.error({ cluster: errand.cluster, code, error: message }, "the catalog refuses what was found");
    this.#drop(errand);
    errand.onLost?.();
  }

  #drop({ items, done }: Waiting): void {
    this.#items -= items;
    done();
  }

  #makeRoom(): void {
    if (this.#failing === undefined && this.#items >= this.#roomItems) return;
    this.#roomMade.resolve();
    this.#roomMade = Promise.withResolvers();
  }
}

function partition<T>(values: readonly T[], isFirst: (value: T) => boolean): readonly [T[], T[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
