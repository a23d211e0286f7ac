import { type IncomingHttpHeaders } from "node:http";
import { type Duplex } from "node:stream";
import type { Dispatcher, WebSocket } from "undici";
import { HeddleError } from "../../base/index.ts";
import { type Exchange, flatHeaders, type Progress, TransportError, type WireRequest } from "./exchange.ts";
import { mutable } from "./http1.ts";
import { type Perform, type Reply } from "./send.ts";

/** A WebSocket whose opening handshake succeeded, and the connection below it. */
export type OpenedWebSocket = Readonly<{
  socket: WebSocket;
  connection: Duplex;
  /** Sends a ping frame (RFC 6455 §5.5.2), which fetch's WebSocket has not. */
  ping: (payload: Buffer) => void;
}>;

export type WebSocketOptions = Readonly<{ origin: string; protocols: readonly string[] }>;

/**
 * The opening handshake of RFC 6455 by undici's WebSocket, which says nothing of why a server refused: the answer is
 * taken from the dispatcher's calls on their way to it. `use` is called as the socket opens, before the first message.
 */
export const openingWebSocket =
  <T>({ origin, protocols }: WebSocketOptions, use: (opened: OpenedWebSocket) => T): Perform<T> =>
  async ({ sockets }, request, signal) => {
    const { ping, WebSocket } = await import("undici");
    const dispatcher = await sockets.dispatcher();
    const done = Promise.withResolvers<Reply<T>>();
    const seen: Handshake = { progress: "not sent" };
    const socket = new WebSocket(`${origin.replace(/^http/, "ws")}${request.path}`, {
      protocols: [...protocols],
      dispatcher: dispatcher.compose(
        (dispatch) => (options, handler) => dispatch(withHeaders(options, request), recording(handler, seen)),
      ),
    });
    socket.binaryType = "arraybuffer";
    const onAbort = (): void => {
      done.reject(signal?.reason);
      socket.close();
    };
    const onOpen = (): void => {
      if (seen.connection === undefined) return done.reject(new TransportError(new Error("no connection"), "sent"));
      done.resolve({
        value: use({ socket, connection: seen.connection, ping: (payload) => ping(socket, payload) }),
        status: 101,
      });
    };
    const onClose = (): void => {
      if (seen.refused !== undefined) done.resolve({ refused: seen.refused });
      else
        done.reject(
          new TransportError(seen.error ?? noWebSocket(`${origin}${request.path}`, protocols), seen.progress),
        );
    };
    const settled = new AbortController();
    const { signal: until } = settled;
    socket.addEventListener("open", onOpen, { signal: until });
    socket.addEventListener("close", onClose, { signal: until });
    // Always followed by "close".
    socket.addEventListener("error", () => {}, { signal: until });
    signal?.addEventListener("abort", onAbort, { once: true, signal: until });
    if (signal?.aborted) onAbort();
    return done.promise.finally(() => settled.abort());
  };

/** Added below fetch's Headers, which would join the values of a repeated header (Impersonate-Group) to one. */
const withHeaders = (options: Dispatcher.DispatchOptions, { headers }: WireRequest): Dispatcher.DispatchOptions => ({
  ...options,
  headers: { ...(options.headers as Record<string, string>), ...mutable(headers) },
});

const noWebSocket = (url: string, protocols: readonly string[]): HeddleError =>
  new HeddleError(`${url.replace(/\?.*/, "")} opened no WebSocket that speaks ${protocols.join(" or ")}`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
  });

const handshakeFailed = "the server's answer does not complete a WebSocket handshake";

type Handshake = { progress: Progress; connection?: Duplex; refused?: Exchange; error?: Error };

/** A refusal's body beyond this is cut: it is a message, not data. */
const refusalBytes = 256 * 1024;

/** Passes the dispatcher's calls on to `handler` and notes what they say; a refusal is read to its end first. */
function recording(handler: Dispatcher.DispatchHandler, seen: Handshake): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: Readonly<{ status: number; headers: IncomingHttpHeaders }> | undefined;
  const refuse = (): void => {
    if (head === undefined) return;
    const body = Buffer.concat(chunks);
    seen.refused = { status: head.status, headers: flatHeaders(head.headers), body: wholeBody(body) };
  };
  return {
    onRequestStart(controller, context) {
      seen.progress = "sent";
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade(...call) {
      seen.connection = call[3];
      handler.onRequestUpgrade?.(...call);
    },
    onResponseStarted: () => handler.onResponseStarted?.(),
    onResponseStart(_controller, status, headers) {
      if (status >= 200) head = { status, headers };
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
      if (bytes <= refusalBytes) chunks.push(chunk);
    },
    onResponseEnd(controller) {
      refuse();
      handler.onResponseError?.(controller, new Error(handshakeFailed));
    },
    onResponseError(controller, error) {
      refuse();
      seen.error = error;
      handler.onResponseError?.(controller, error);
    },
  };
}

const wholeBody = (bytes: Buffer): Exchange["body"] => ({
  async *[Symbol.asyncIterator]() {
    yield bytes;
  },
  cancel: () => {},
});
