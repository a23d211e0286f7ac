import { HeddleError } from "../../../base/index.ts";
import { type JsonObject, type KubeObject, type Resource } from "../../../model/index.ts";
import { type ApiClient, type ApiRequest, type ApiStream, type QueryValue } from "../../api-client.ts";
import { statusError } from "../../http/status-error.ts";

/** The kind that a fake API serves. */
export const widgets: Resource = {
  group: "example.org",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  namespaced: false,
  verbs: ["get", "list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
};

/** What goes wrong with one request. Bytes and lines are counted from the beginning of a watch. */
export type Fault =
  | Readonly<{ type: "refuse"; status: number; retryAfterMs?: number }>
  | Readonly<{ type: "unreachable" }>
  | Readonly<{ type: "cut"; afterBytes: number }>
  | Readonly<{ type: "truncate"; afterBytes: number }>
  | Readonly<{ type: "silent"; afterBytes: number }>
  | Readonly<{ type: "end"; afterLines: number }>
  | Readonly<{ type: "garbage"; afterLines: number }>
  | Readonly<{ type: "error-event"; afterLines: number; status: number }>
  | Readonly<{ type: "repeat" }>;

export type FakeApiOptions = Readonly<{
  /** "ignores": an old server; "refuses": one that has it switched off; "breaks-off": one with an old etcd. Default "has". */
  watchList?: "has" | "ignores" | "refuses" | "breaks-off";
  /** Asked for each request. */
  fault?: (request: ApiRequest) => Fault | undefined;
  /** Bytes in each chunk of a watch; default all that is there. */
  chunkBytes?: () => number;
}>;

type Entry = Readonly<{ type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject }>;

/** A history of one kind of object, served by the rules of the list and watch protocol: no HTTP, and no Kubernetes. */
export type FakeApi = ApiClient &
  Readonly<{
    put(name: string, value?: string): void;
    remove(name: string): void;
    /** Forgets the past: what resumes from before is told 410. */
    compact(): void;
    /** Sends each open watch a bookmark. */
    bookmark(): void;
    /** Ends each open watch in good order. */
    endWatches(): void;
    objects(): readonly KubeObject[];
    resourceVersion(): string;
    /** "list", "list continued", "watch-list", "watch": what was asked, in order. */
    asked(): readonly string[];
    /** Watches that are open now. */
    watching(): number;
  }>;

export function createFakeApi(options: FakeApiOptions = {}): FakeApi {
  return new FakeServer(options);
}

class FakeServer implements FakeApi {
  readonly server = "https://fake";
  readonly #options: FakeApiOptions;
  readonly #history: Entry[] = [];
  readonly #asked: string[] = [];
  readonly #woken = new Set<() => void>();
  #compacted = 0;
  #bookmarks = 0;
  #ended = 0;
  #uids = 0;
  #watching = 0;

  constructor(options: FakeApiOptions) {
    this.#options = options;
  }

  put(name: string, value = ""): void {
    const old = this.#stateAt(this.#history.length).get(name);
    const uid = old?.metadata.uid ?? `uid-${(this.#uids += 1)}`;
    this.#add({ type: old === undefined ? "ADDED" : "MODIFIED", object: widget({ name, uid }, value) });
  }

  remove(name: string): void {
    const object = this.#stateAt(this.#history.length).get(name);
    if (object !== undefined) this.#add({ type: "DELETED", object });
  }

  compact(): void {
    this.#compacted = this.#history.length;
  }

  bookmark(): void {
    this.#bookmarks += 1;
    this.#wake();
  }

  endWatches(): void {
    this.#ended += 1;
    this.#wake();
  }

  objects = (): readonly KubeObject[] =>
    [...this.#stateAt(this.#history.length).values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  resourceVersion = (): string => versionOf(this.#history.length);
  asked = (): readonly string[] => this.#asked;
  watching = (): number => this.#watching;
  certificates = () => ({});
  text = (): Promise<string> => Promise.reject(new Error("not asked for here"));
  socket = (): Promise<never> => Promise.reject(new Error("not asked for here"));

  async json(request: ApiRequest): Promise<JsonObject> {
    const { limit, continue: token } = request.query ?? {};
    this.#asked.push(token === undefined ? "list" : "list continued");
    await Promise.resolve();
    this.#refuse(request, this.#options.fault?.(request));
    const [at, from] = typeof token === "string" ? token.split(" ").map(Number) : [this.#history.length, 0];
    if (at === undefined || from === undefined || at < this.#compacted) throw refusal(410);
    const all = [...this.#stateAt(at).values()];
    const to = typeof limit === "number" ? from + limit : all.length;
    const items = all.slice(from, to).map(({ metadata, value }) => ({ metadata, value }));
    const more = to < all.length ? { continue: `${at} ${to}` } : {};
    return {
      kind: "WidgetList",
      apiVersion: "example.org/v1",
      metadata: { resourceVersion: versionOf(at), ...more },
      items,
    };
  }

  async stream(request: ApiRequest): Promise<ApiStream> {
    const query = request.query ?? {};
    const isWatchList = query["sendInitialEvents"] === true;
    this.#asked.push(isWatchList ? "watch-list" : "watch");
    const fault = this.#options.fault?.(request);
    await Promise.resolve();
    this.#refuse(request, fault);
    if (isWatchList && this.#options.watchList === "refuses") throw refusal(422);
    const lines = this.#lines(query, request.signal);
    const spoilt = spoil(lines, fault, request.signal);
    const body = cutUp(spoilt, this.#options.chunkBytes);
    return { status: 200, headers: {}, body, [Symbol.asyncDispose]: async () => void (await body.return(undefined)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #refuse(request: ApiRequest, fault: Fault | undefined): void {
    request.signal?.throwIfAborted();
    if (fault?.type === "refuse") throw refusal(fault.status, fault.retryAfterMs);
    if (fault?.type === "unreachable") throw broken();
  }

  /** The lines of one watch as they come to be. */
  async *#lines(query: Readonly<Record<string, QueryValue>>, signal: AbortSignal | undefined): AsyncGenerator<string> {
    const isWatchList = query["sendInitialEvents"] === true;
    const from = query["resourceVersion"];
    let at = typeof from === "string" ? indexOf(from) : this.#history.length;
    let bookmarks = this.#bookmarks;
    const ended = this.#ended;
    if (at < this.#compacted) return yield lineOf("ERROR", statusOf(410));
    if (isWatchList && this.#options.watchList === "breaks-off") return yield lineOf("ERROR", statusOf(500));
    this.#watching += 1;
    try {
      if (isWatchList) {
        for (const object of this.#stateAt(at).values()) yield lineOf("ADDED", object);
        if (this.#options.watchList !== "ignores") yield bookmarkLine(at, true);
      }
      for (;;) {
        for (const entry of this.#history.slice(at)) {
          at += 1;
          yield lineOf(entry.type, entry.object);
        }
        if (bookmarks < this.#bookmarks) {
          bookmarks = this.#bookmarks;
          yield bookmarkLine(at, false);
        }
        if (ended < this.#ended) return;
        if (at === this.#history.length && bookmarks === this.#bookmarks) await this.#news(signal);
      }
    } finally {
      this.#watching -= 1;
    }
  }

  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wake = (): void => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        this.#woken.delete(wake);
        reject(signal?.reason);
      };
      this.#woken.add(wake);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  #add({ type, object }: Entry): void {
    const resourceVersion = versionOf(this.#history.length + 1);
    this.#history.push({ type, object: { ...object, metadata: { ...object.metadata, resourceVersion } } });
    this.#wake();
  }

  #wake(): void {
    const woken = [...this.#woken];
    this.#woken.clear();
    for (const wake of woken) wake();
  }

  #stateAt(at: number): Map<string, KubeObject> {
    const state = new Map<string, KubeObject>();
    for (const { type, object } of this.#history.slice(0, at)) {
      if (type === "DELETED") state.delete(object.metadata.name);
      else state.set(object.metadata.name, object);
    }
    return state;
  }
}

const widget = (metadata: Readonly<{ name: string; uid: string }>, value: string): KubeObject => ({
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata,
  value,
});

/** Neither a number nor in order: whoever reads more into it than a name fails. */
const versionOf = (at: number): string => `v${((at * 7919) % 99991).toString(36)}`;

function indexOf(version: string): number {
  for (let at = 0; at < 99991; at++) if (versionOf(at) === version) return at;
  throw refusal(400);
}

const lineOf = (type: string, object: JsonObject): string => `${JSON.stringify({ type, object })}\n`;

function bookmarkLine(at: number, ends: boolean): string {
  const annotations = ends ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  return lineOf("BOOKMARK", { kind: "Widget", metadata: { resourceVersion: versionOf(at), ...annotations } });
}

const statusOf = (code: number): JsonObject => ({ kind: "Status", apiVersion: "v1", code, message: `answer ${code}` });

const refusal = (status: number, retryAfterMs?: number): HeddleError =>
  statusError({ status, headers: {}, body: JSON.stringify(statusOf(status)), asked: "GET widgets", retryAfterMs });

const broken = (): HeddleError =>
  new HeddleError("the connection broke", { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });

/** The lines with one thing wrong. */
async function* spoil(
  lines: AsyncIterable<string>,
  fault: Fault | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  let linesLeft = fault !== undefined && "afterLines" in fault ? fault.afterLines : Infinity;
  let bytesLeft = fault !== undefined && "afterBytes" in fault ? fault.afterBytes : Infinity;
  if (linesLeft > 0) {
    for await (const line of lines) {
      const encoded = Buffer.from(line);
      yield encoded.subarray(0, Math.min(bytesLeft, encoded.length));
      bytesLeft -= encoded.length;
      linesLeft -= 1;
      if (fault?.type === "repeat") yield encoded;
      if (bytesLeft <= 0 || linesLeft === 0) break;
    }
  }
  if (fault?.type === "cut") throw broken();
  if (fault?.type === "silent") await aborted(signal);
  if (fault !== undefined) yield* insteadOf(fault);
}

function* insteadOf(fault: Fault): Generator<Buffer> {
  if (fault.type === "garbage") yield Buffer.from("<html>\n");
  if (fault.type === "error-event") yield Buffer.from(lineOf("ERROR", statusOf(fault.status)));
}

/** Never resolves. */
const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

async function* cutUp(body: AsyncIterable<Buffer>, chunkBytes: (() => number) | undefined): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    for (let from = 0; from < bytes.length;) {
      const length = chunkBytes?.() ?? bytes.length;
      yield bytes.subarray(from, from + length);
      from += length;
    }
  }
}
