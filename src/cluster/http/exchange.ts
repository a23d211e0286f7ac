/** One request as it goes on the wire. `path` carries the base URL's prefix and the query. */
export type WireRequest = Readonly<{
  path: string;
  method: string;
  /** Lower-case names; several values are several lines. */
  headers: Readonly<Record<string, string | readonly string[]>>;
  body?: string | undefined;
}>;

/** What came back. The body must be read to its end or cancelled: it holds a stream of the connection. */
export type Exchange = Readonly<{
  status: number;
  headers: ResponseHeaders;
  body: ResponseBody;
}>;

/** Lower-case names; repeated headers joined by commas (RFC 9110 §5.3). */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** Chunks in order, for one reader. Returning early from the iteration cancels. */
export type ResponseBody = AsyncIterable<Buffer> &
  Readonly<{
    /** Resets the stream; a reader that waits is given `reason` as its error. Does nothing after the end. */
    cancel(reason: unknown): void;
  }>;

/** Resolves with the head of the answer; rejects with a TransportError or the signal's reason. */
export type Transport = (request: WireRequest, signal: AbortSignal | undefined) => Promise<Exchange>;

/**
 * How far a request came that failed below HTTP. "refused": the server lives and says that it processed none of it.
 * Only with "sent" may it have done something.
 */
export type Progress = "not sent" | "refused" | "sent";

/** A request that failed below HTTP. */
export class TransportError extends Error {
  readonly progress: Progress;

  constructor(cause: unknown, progress: Progress) {
    super("the exchange failed", { cause });
    this.progress = progress;
  }
}

/** A request on its way through a transport, and where its answer goes. */
export type Job = Readonly<{ request: WireRequest; answer: Answer }>;

/** How the receiving side steers the stream that feeds it. */
export type Flow = Readonly<{ pause(): void; resume(): void; abort(reason: Error): void }>;

/** The receiving half of one exchange, fed by a transport. */
export type Answer = Readonly<{
  exchange: Promise<Exchange>;
  /** True when nobody waits any more: it was aborted, or is over. */
  settled(): boolean;
  /** The stream exists from now on. */
  begin(flow: Flow): void;
  head(status: number, headers: ResponseHeaders): void;
  push(chunk: Buffer): void;
  end(): void;
  /** The first outcome counts. */
  fail(error: unknown, progress: Progress): void;
}>;

/** Pausing beyond this leaves the rest to flow control: an unread stream costs this and its window. */
const pauseAboveBytes = 256 * 1024;

/** A bounded queue between a transport and one reader, ended early by `signal` with its reason. */
export function createAnswer(signal: AbortSignal | undefined): Answer {
  const head = Promise.withResolvers<Exchange>();
  const chunks: Buffer[] = [];
  let queuedBytes = 0;
  let paused = false;
  let flow: Flow | undefined;
  let outcome: Readonly<{ error: unknown }> | "ended" | undefined;
  let wake: (() => void) | undefined;

  const settle = (value: Readonly<{ error: unknown }> | "ended"): void => {
    if (outcome !== undefined) return;
    outcome = value;
    signal?.removeEventListener("abort", onAbort);
    if (value !== "ended") head.reject(value.error);
    wake?.();
  };
  const cancel = (reason: unknown): void => {
    if (outcome !== undefined) return;
    chunks.length = 0;
    settle({ error: reason });
    flow?.abort(toError(reason));
  };
  const onAbort = (): void => cancel(signal?.reason);
  const setPaused = (wanted: boolean): void => {
    if (paused === wanted) return;
    paused = wanted;
    if (wanted) flow?.pause();
    else flow?.resume();
  };

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          queuedBytes -= chunk.length;
          if (queuedBytes <= pauseAboveBytes / 2) setPaused(false);
          yield chunk;
        } else if (outcome === "ended") return;
        else if (outcome !== undefined) throw outcome.error;
        else {
          await new Promise<void>((resolve) => (wake = resolve));
          wake = undefined;
        }
      }
    } finally {
      cancel(new Error("the reader stopped"));
    }
  }

  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const body: ResponseBody = { [Symbol.asyncIterator]: read, cancel };
  return {
    exchange: head.promise,
    settled: () => outcome !== undefined,
    begin(current) {
      flow = current;
      if (outcome !== undefined && outcome !== "ended") current.abort(toError(outcome.error));
    },
    head: (status, headers) => head.resolve({ status, headers, body }),
    push(chunk) {
      if (outcome !== undefined) return;
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes > pauseAboveBytes) setPaused(true);
      wake?.();
    },
    end: () => settle("ended"),
    fail: (error, progress) => settle({ error: new TransportError(error, progress) }),
  };
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Node's headers as one text a name; HTTP/2's pseudo headers are left out. */
export function flatHeaders(
  headers: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): ResponseHeaders {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":"))
      flat[name] = Array.isArray(value) ? value.join(", ") : String(value);
  }
  return flat;
}
