/** What a fault may look at. */
export type ProxiedRequest = Readonly<{
  method: string;
  /** Without the query: "/api/v1/pods". */
  path: string;
  query: URLSearchParams;
  /** watch=true (or 1) in the query. */
  watch: boolean;
  httpVersion: string;
}>;

/** What the proxy does to one request instead of, or on top of, passing it on. */
export type Fault =
  /** Answers by itself, with a Kubernetes Status as the body unless told otherwise: 429, 410, 503, 401 … */
  | Readonly<{ kind: "answer"; status: number; reason?: string; retryAfterSeconds?: number; body?: string }>
  /** The body stops after that many bytes: by a reset of the stream, or as if it ended there. */
  | Readonly<{ kind: "truncate"; afterBytes: number; ending?: "reset" | "end" }>
  /** The body stops after that many bytes and the stream stays open, silent. */
  | Readonly<{ kind: "stall"; afterBytes: number }>
  /** That many lines pass, then `line` comes between (default: something that is no JSON). */
  | Readonly<{ kind: "garbage"; afterLines: number; line?: string }>
  /** The answer's head comes that much later. */
  | Readonly<{ kind: "delay"; ms: number }>
  /** The connection is told to go away (HTTP/2) or closed after the answer (HTTP/1.1); the request itself is served. */
  | Readonly<{ kind: "goAway" }>;

export type FaultRule = Readonly<{
  fault: Fault;
  /** Default: every request. */
  match?: (request: ProxiedRequest) => boolean;
  /** Requests that it strikes, then it is over. Default: without end. */
  times?: number;
}>;

export type Injected = Readonly<{
  /** Requests that it struck. */
  hits(): number;
  remove(): void;
}>;

/** The line of a watch that says its resourceVersion is too old, as the API server sends it. */
export const goneEvent = (): string => JSON.stringify({ type: "ERROR", object: statusOf(410, "Expired") });

/** A metav1.Status as the API server would word it. */
export function statusOf(code: number, reason = reasons[code] ?? "InternalError"): object {
  const message = messages[code] ?? `injected ${code}`;
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

const reasons: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
  504: "Timeout",
};

const messages: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  410: "too old resource version: 1 (2)",
  429: "Too many requests, please try again later.",
  503: "the server is currently unable to handle the request",
};
