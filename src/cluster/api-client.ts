import { type JsonObject, type JsonValue } from "../model/index.ts";

export type QueryValue = string | number | boolean | undefined | readonly string[];

/** One request to an API server. */
export type ApiRequest = Readonly<{
  /** Default GET. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's base URL: "/api/v1/pods". */
  path: string;
  /** Undefined values are left out. */
  query?: Readonly<Record<string, QueryValue>>;
  /** A JSON value is serialised; a string is sent as it is. */
  body?: JsonValue | string;
  /** Default application/json. */
  contentType?: string;
  /** Default application/json. */
  accept?: string;
  signal?: AbortSignal | undefined;
  /** Applied to the text of a JSON answer before it is parsed: cuts out what would be parsed only to be thrown away. */
  rewrite?: (text: string) => string;
  /** For this request instead of the client's; 0 is none. Streams have none. */
  timeoutMs?: number;
  /** Sent at once, past `qps`: for probes, which ask whether the server answers and how fast. */
  unqueued?: boolean;
}>;

/** A body as it arrives. Iterating may stop early: the stream is then closed. Dispose it when it is not iterated. */
export type ApiStream = AsyncDisposable &
  Readonly<{
    status: number;
    headers: Readonly<Record<string, string>>;
    body: AsyncIterable<Uint8Array>;
  }>;

/** An opened WebSocket on the cluster's own credentials and TLS. */
export type ApiSocket = AsyncDisposable &
  Readonly<{
    /** The subprotocol that the server chose. */
    protocol: string;
    /** Messages in order, until the server closes; throws a HeddleError when the connection breaks. */
    messages: AsyncIterable<Uint8Array>;
    /** Resolves when the message is handed to the socket; waits while too much is buffered. */
    send(message: Uint8Array): Promise<void>;
    close(code?: number): void;
  }>;

/**
 * A conversation with one API server: untyped, HTTP/2 first, on this cluster's credentials only.
 *
 * Every failure is a HeddleError: an answer of the API with its Status complete (`details.status`), or a transport
 * failure. Codes: HEDDLE_CLUSTER_UNAUTHORIZED (401), _FORBIDDEN (403), _NOT_FOUND (404), _CONFLICT (409), _GONE (410),
 * _INVALID (422), _TOO_MANY_REQUESTS (429), _UNAVAILABLE (5xx), _BAD_REQUEST (other 4xx), _UNREACHABLE, _TLS, _TIMEOUT,
 * _PROTOCOL (what came is not what the protocol says), _CLOSED (the client was disposed). Aborting rejects with the signal's reason.
 */
export type ApiClient = AsyncDisposable &
  Readonly<{
    server: string;
    /** One JSON answer. Reads are retried after transport failures; writes only where the server did not see them. */
    json(request: ApiRequest): Promise<JsonObject>;
    /** One answer as text: tables, /livez, /openapi. */
    text(request: ApiRequest): Promise<string>;
    /** A list, watch or log: no timeout, no retry once the answer has begun. Watches use connections of their own. */
    stream(request: ApiRequest & Readonly<{ watch?: boolean }>): Promise<ApiStream>;
    /** WebSocket: exec, attach, port-forward. `protocols` in order of preference. */
    socket(
      request: Readonly<{
        path: string;
        query?: Readonly<Record<string, QueryValue>>;
        protocols: readonly string[];
        signal?: AbortSignal | undefined;
      }>,
    ): Promise<ApiSocket>;
    /** When the server's certificate ends and when ours does, as seen on the latest connection. */
    certificates(): Readonly<{ serverExpiresAtMs?: number; clientExpiresAtMs?: number }>;
  }>;
