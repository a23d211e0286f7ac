import { type IncomingHttpHeaders } from "node:http";
import { type Dispatcher } from "undici";

/** One request as it goes on the wire. `path` carries the base URL's prefix and the query. */
export type WireRequest = Readonly<{
  origin: string;
  path: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
}>;

/** What came back. The body must be read to its end or cancelled: it holds a stream of the connection. */
export type Exchange = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  body: ResponseBody;
}>;

/** Chunks in order, for one reader. Returning early from the iteration cancels. */
export type ResponseBody = AsyncIterable<Buffer> &
  Readonly<{
    /** Resets the stream; a reader that waits is given `reason` as its error. Does nothing after the end. */
    cancel(reason: unknown): void;
  }>;

/** A request that failed below HTTP. `sent` is false when no byte of it can have reached the server. */
export class TransportError extends Error {
  readonly sent: boolean;

  constructor(cause: unknown, sent: boolean) {
    super("the exchange failed", { cause });
    this.sent = sent;
  }
}

/** Pausing beyond this leaves the rest to HTTP/2's flow control: an unread stream costs this and its window. */
const pauseAboveBytes = 256 * 1024;

/**
 * Sends `request` and resolves with the head of the answer. Rejects with a TransportError, or with the reason of
 * `signal`, which also ends the body when it aborts later.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: WireRequest,
  signal: AbortSignal | undefined,
): Promise<Exchange> {
  const head = Promise.withResolvers<Exchange>();
  if (signal?.aborted) {
    head.reject(signal.reason);
    return head.promise;
  }
  const incoming = createIncoming(signal);
  let answered = false;
  incoming.onFailure((error) => head.reject(error));
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => incoming.started(controller),
    onResponseStart(_controller, status, headers) {
      // Informational answers (1xx) precede the one that counts.
      if (status < 200 || answered) return;
      answered = true;
      head.resolve({ status, headers: flatHeaders(headers), body: incoming.body });
    },
    onResponseData: (_controller, chunk) => incoming.push(chunk),
    onResponseEnd: () => incoming.end(),
    onResponseError: (_controller, error) => incoming.fail(error),
  };
  try {
    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  } catch (error) {
    incoming.fail(error);
  }
  return head.promise;
}

type Incoming = Readonly<{
  body: ResponseBody;
  started(controller: Dispatcher.DispatchController): void;
  push(chunk: Buffer): void;
  end(): void;
  fail(error: unknown): void;
  onFailure(listener: (error: unknown) => void): void;
}>;

/** The receiving half: a bounded queue between the dispatcher's calls and one reader. */
function createIncoming(signal: AbortSignal | undefined): Incoming {
  const chunks: Buffer[] = [];
  let queuedBytes = 0;
  let controller: Dispatcher.DispatchController | undefined;
  let outcome: { error: unknown } | "ended" | undefined;
  let wake: (() => void) | undefined;
  let told: ((error: unknown) => void) | undefined;

  const settle = (value: { error: unknown } | "ended"): void => {
    if (outcome !== undefined) return;
    outcome = value;
    signal?.removeEventListener("abort", onAbort);
    if (value !== "ended") told?.(value.error);
    wake?.();
  };
  const cancel = (reason: unknown): void => {
    if (outcome !== undefined) return;
    chunks.length = 0;
    settle({ error: reason });
    controller?.abort(toError(reason));
  };
  const onAbort = (): void => cancel(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          queuedBytes -= chunk.length;
          if (controller?.paused && queuedBytes <= pauseAboveBytes / 2) controller.resume();
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

  return {
    body: { [Symbol.asyncIterator]: read, cancel },
    started(current) {
      controller = current;
      if (outcome !== undefined && outcome !== "ended") current.abort(toError(outcome.error));
    },
    push(chunk) {
      if (outcome !== undefined) return;
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes > pauseAboveBytes) controller?.pause();
      wake?.();
    },
    end: () => settle("ended"),
    fail: (error) => settle({ error: new TransportError(error, controller !== undefined) }),
    onFailure: (listener) => (told = listener),
  };
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Repeated headers as one, the way HTTP/2 and RFC 9110 §5.3 join them. */
export function flatHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
