import { type X509Certificate } from "node:crypto";
import { type Clock, HeddleError, type Logger, messageOf, type Random } from "../../base/index.ts";
import { isJsonObject, type JsonObject } from "../../model/index.ts";
import { type ClusterAccess } from "../access.ts";
import { type ApiClient, type ApiRequest } from "../api-client.ts";
import { createAgents } from "./agents.ts";
import { apiStream } from "./api-stream.ts";
import { createBaseUrl } from "./base-url.ts";
import { readText } from "./body.ts";
import { createRateLimiter } from "./rate-limit.ts";
import { createSender } from "./send.ts";

export type ApiClientDeps = Readonly<{ access: ClusterAccess; clock: Clock; random: Random; log: Logger }>;

export type ApiClientOptions = Readonly<{
  /** Requests a second; undefined or 0: no limit. */
  qps?: number | undefined;
  /** Requests at once after a pause; default twice `qps`. */
  burst?: number | undefined;
  /** Each try of a single request, its body included; 0: none. Default 30 s. */
  timeoutMs?: number | undefined;
  userAgent: string;
  /** Default 15 s: a connection that is silently gone is noticed within one and a half of it. 0: never. */
  pingIntervalMs?: number | undefined;
}>;

/** A client of the API server that `access` leads to. Connects when first asked; a UsageError for a bad server URL. */
export function createApiClient(deps: ApiClientDeps, options: ApiClientOptions): ApiClient {
  const { access, clock } = deps;
  const base = createBaseUrl(access.server);
  const closed = new AbortController();
  let serverCertificate: X509Certificate | undefined;
  const agents = createAgents({
    access: { ...access, server: base.shown },
    clock,
    pingIntervalMs: options.pingIntervalMs ?? 15_000,
    onServerCertificate: (certificate) => (serverCertificate = certificate),
  });
  const limiter = createRateLimiter(options, clock);
  const send = createSender({ ...deps, base, agents, limiter, closed: closed.signal, userAgent: options.userAgent });
  const { timeoutMs = 30_000 } = options;
  const text = (request: ApiRequest): Promise<string> =>
    send({ timeoutMs, ...request, lane: "requests", gzip: true }, readText);

  return {
    server: base.shown,
    text,
    async json(request) {
      return parseObject(await text(request), `${request.method ?? "GET"} ${base.shown}${request.path}`);
    },
    stream: ({ watch = false, ...request }) =>
      send({ ...request, lane: watch ? "watches" : "requests", gzip: !watch, timeoutMs: 0 }, async (answer) =>
        apiStream(answer, `${request.method ?? "GET"} ${base.shown}${request.path}`),
      ),
    socket: async () => {
      throw new HeddleError("WebSockets are not there yet", { code: "HEDDLE_INTERNAL" });
    },
    certificates: () => ({
      ...(serverCertificate && { serverExpiresAtMs: serverCertificate.validToDate.getTime() }),
    }),
    async [Symbol.asyncDispose]() {
      const error = new HeddleError(`the client of ${base.shown} was closed`, { code: "HEDDLE_CLUSTER_CLOSED" });
      closed.abort(error);
      await agents.destroy(error);
    },
  };
}

function parseObject(text: string, asked: string): JsonObject {
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    cause = error;
  }
  if (isJsonObject(value)) return value;
  const found = cause === undefined ? "the answer is JSON but no object" : messageOf(cause);
  throw new HeddleError(`${asked}: the answer is not the JSON object that it should be: ${found}`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
    retryable: true,
    cause,
  });
}
