import { HeddleError, toHeddleError } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { type FollowEvent, type ListedBatch } from "../model.ts";
import { type FollowContext } from "./context.ts";
import { createLineSplitter, type LineSplitter } from "./line-splitter.ts";
import { type Ending, type Outcome } from "./state.ts";
import { parseWatchEvent, type WatchEvent } from "./watch-events.ts";

/** What came of one chunk, or of a silence: what is to be told, in order, and how the watch ended, if it did. */
export type Digest = Readonly<{ told: readonly FollowEvent[]; ending?: Ending; error?: HeddleError }>;

export type WatchSessionOptions = Readonly<{
  /** Undefined: a WatchList. */
  cursor: string | undefined;
  timeoutSeconds: number;
}>;

/**
 * One watch, from its first byte to its last, without its I/O. It begins as a WatchList ("listing") or by resuming
 * from a cursor ("opening": nothing came yet, it may still turn out to be expired), and goes on as a live watch.
 */
export class WatchSession {
  readonly #context: FollowContext;
  readonly #splitter: LineSplitter;
  readonly #isWatchList: boolean;
  readonly #overdueAtMs: number;
  #cursor: string | undefined;
  #phase: "listing" | "opening" | "live";
  #liveSinceMs: number | undefined;
  /** In a WatchList without proof: when an event came that can only follow the initial ones. */
  #suspectSinceMs: number | undefined;

  constructor(context: FollowContext, { cursor, timeoutSeconds }: WatchSessionOptions) {
    const { clock, tuning } = context;
    this.#context = context;
    this.#splitter = createLineSplitter(tuning.maxLineBytes);
    this.#isWatchList = cursor === undefined;
    this.#overdueAtMs = clock.monotonicMs() + timeoutSeconds * 1000 + tuning.overdueMs;
    this.#cursor = cursor;
    this.#phase = this.#isWatchList ? "listing" : "opening";
    if (this.#isWatchList) context.ledger.beginList();
  }

  /** What the next bytes mean. A line that cannot be read ends the watch after what came before it was told. */
  digest(chunk: Uint8Array): Digest {
    const told: FollowEvent[] = [];
    const { resource } = this.#context;
    try {
      for (const line of this.#splitter.push(chunk)) {
        const event = parseWatchEvent(line, resource);
        if (event.type === "ERROR") return { told: [...told, ...this.#changes()], ending: "told", error: event.error };
        told.push(...this.#opened());
        if (event.type === "BOOKMARK") told.push(...this.#bookmark(event));
        else this.#object(event.type, event.object);
      }
    } catch (error) {
      return { told: [...told, ...this.#changes()], ending: "cut", error: toHeddleError(error) };
    }
    told.push(...this.#changes());
    return this.#isUnproven() && this.#proofLeftMs() <= 0 ? { told, ending: "unproven" } : { told };
  }

  /** Whether the initial objects of a WatchList still come. */
  isListing(): boolean {
    return this.#phase === "listing";
  }

  /** These were taken in from lines that `digest` was not given. */
  taken(batch: ListedBatch): Digest {
    if (batch.objects.length === 0) return { told: [] };
    this.#context.ledger.listed(batch.objects);
    const told: readonly FollowEvent[] = [...this.#changes(), { type: "listed", batch }];
    return this.#isUnproven() && this.#proofLeftMs() <= 0 ? { told, ending: "unproven" } : { told };
  }

  /** The stream ended in good order; or seemed to, in the middle of a line. */
  end(): Digest {
    const bytes = this.#splitter.pendingBytes();
    return bytes === 0 ? { told: [], ending: "ended" } : { told: [], ending: "cut", error: truncated(bytes) };
  }

  /** How long the stream may be silent from now on. */
  patienceMs(): number {
    const { bookmarks, clock, tuning } = this.#context;
    const untilOverdueMs = Math.max(0, this.#overdueAtMs - clock.monotonicMs());
    if (this.#phase === "opening") return Math.min(tuning.settleMs, untilOverdueMs);
    if (this.#isUnproven()) return Math.max(0, this.#proofLeftMs());
    if (this.#phase === "listing") return tuning.answerMs;
    return bookmarks.areSent() ? Math.min(tuning.silenceMs, untilOverdueMs) : untilOverdueMs;
  }

  /** It was silent for longer than that. */
  silence(): Digest {
    if (this.#phase === "opening") return { told: this.#opened() };
    return this.#isUnproven() ? { told: [], ending: "unproven" } : { told: [], ending: "cut", error: silent() };
  }

  /** Where the watch stands, now that it has ended so. */
  outcome(ending: Ending, error?: HeddleError): Outcome {
    const sinceMs = this.#liveSinceMs;
    return {
      attempt: this.#isWatchList ? "watch-list" : "watch",
      ending,
      cursor: this.#cursor,
      livedMs: sinceMs === undefined ? 0 : this.#context.clock.monotonicMs() - sinceMs,
      ...(error === undefined ? {} : { error }),
    };
  }

  #object(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void {
    const { ledger } = this.#context;
    if (type === "DELETED") ledger.ended(object);
    else ledger.present(object, type === "ADDED" ? "added" : "modified");
    if (this.#phase !== "listing") this.#cursor = object.metadata.resourceVersion ?? this.#cursor;
    else if (type !== "ADDED") this.#suspect();
  }

  #bookmark({ resourceVersion, endsInitialEvents }: Extract<WatchEvent, { type: "BOOKMARK" }>): readonly FollowEvent[] {
    const { bookmarks, ledger, resource, teller, watchList } = this.#context;
    bookmarks.saw();
    if (this.#phase === "listing" && !endsInitialEvents) {
      this.#suspect();
      return [];
    }
    this.#cursor = resourceVersion;
    if (this.#phase !== "listing") return [...this.#changes(), { type: "progress", resourceVersion }];
    watchList.prove(resource);
    ledger.endList();
    return [...teller.changes(), ...teller.synced(resourceVersion, "watch-list"), ...this.#live()];
  }

  /** What changed; of a live watch with its cursor, up to which everything is told then. */
  #changes(): readonly FollowEvent[] {
    return this.#context.teller.changes(this.#phase === "live" ? this.#cursor : undefined);
  }

  #opened(): readonly FollowEvent[] {
    const { teller } = this.#context;
    if (this.#phase !== "opening" || this.#cursor === undefined) return [];
    return [...(teller.isSynced() ? [] : teller.synced(this.#cursor, "resume")), ...this.#live()];
  }

  #live(): readonly FollowEvent[] {
    this.#phase = "live";
    this.#liveSinceMs = this.#context.clock.monotonicMs();
    return this.#context.teller.status("live", "");
  }

  #suspect(): void {
    this.#suspectSinceMs ??= this.#context.clock.monotonicMs();
  }

  #isUnproven(): boolean {
    const { resource, watchList } = this.#context;
    return this.#phase === "listing" && !watchList.isProven(resource);
  }

  #proofLeftMs(): number {
    const { clock, tuning } = this.#context;
    if (this.#suspectSinceMs === undefined) return tuning.proofMs;
    return this.#suspectSinceMs + tuning.proofMs - clock.monotonicMs();
  }
}

const truncated = (bytes: number): HeddleError =>
  new HeddleError(`the watch ended in the middle of a line, ${bytes} bytes into it`, {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
  });

const silent = (): HeddleError =>
  new HeddleError("the watch has been silent for longer than an API server is: the connection is taken to be dead", {
    code: "HEDDLE_CLUSTER_TIMEOUT",
    retryable: true,
  });
