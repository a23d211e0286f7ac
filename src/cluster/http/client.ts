import { type X509Certificate } from "node:crypto";
import { anySignal, type Clock, HeddleError, type Logger, type Random } from "../../base/index.ts";
import { isJsonObject, type JsonObject } from "../../model/index.ts";
import { type ClusterAccess } from "../access.ts";
import { type ApiClient, type ApiRequest } from "../api-client.ts";
import { apiSocket } from "./api-socket.ts";
import { apiStream } from "./api-stream.ts";
import { createBaseUrl } from "./base-url.ts";
import { readText } from "./body.ts";
import { parseProxy } from "./proxy.ts";
import { createLanes } from "./lanes.ts";
import { type RequestListener } from "./request-verb.ts";
import { createRateLimiter } from "./rate-limit.ts";
import { createSender, exchanging } from "./send.ts";
import { openingWebSocket } from "./web-socket.ts";

export type ApiClientDeps = Readonly<{
  access: ClusterAccess;
  clock: Clock;
  random: Random;
  log: Logger;
  /** Told of each try, once it has an answer or none will come. */
  onRequest?: RequestListener | undefined;
}>;

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
  const { timeoutMs = 30_000, pingIntervalMs = 15_000 } = options;
  const base = createBaseUrl(access.server);
  if (access.proxyUrl !== undefined) parseProxy(access.proxyUrl);
  const closed = new AbortController();
  let serverCertificate: X509Certificate | undefined;
  const lanes = createLanes({
    access,
    origin: base.origin,
    clock,
    pingIntervalMs,
    onCertificate: (certificate) => (serverCertificate = certificate),
  });
  const limiter = createRateLimiter(options, clock);
  const send = createSender({ ...deps, base, lanes, limiter, closed: closed.signal, userAgent: options.userAgent });
  const asked = ({ method = "GET", path }: Pick<ApiRequest, "method" | "path">): string =>
    `${method} ${base.shown}${path}`;
  const text = (request: ApiRequest): Promise<string> =>
    send({ timeoutMs, ...request, gzip: true, safe: isSafe(request) }, exchanging("requests", readText));

  return {
    server: base.shown,
    text,
    async json(request) {
      const { rewrite = unchanged } = request;
      return parseObject(rewrite(await text(request)), asked(request));
    },
    stream: ({ watch = false, ...request }) =>
      send(
        { ...request, gzip: !watch, timeoutMs: 0, safe: isSafe(request) },
        exchanging(watch ? "watches" : "requests", async (answer) => apiStream(answer, asked(request))),
      ),
    socket: ({ protocols, ...request }) =>
      send(
        // Opening one may start a command: never twice. Kubelets answer 406 to anything narrower than */*.
        { ...request, accept: "*/*", gzip: false, timeoutMs, safe: false },
        openingWebSocket({ origin: base.origin, protocols }, (opened) =>
          apiSocket(opened, {
            clock,
            pingIntervalMs,
            asked: asked(request),
            signal: anySignal(request.signal, closed.signal),
          }),
        ),
      ),
    certificates() {
      const clientExpiresAtMs = lanes.certificateExpiresAtMs();
      return {
        ...(serverCertificate && { serverExpiresAtMs: serverCertificate.validToDate.getTime() }),
        ...(clientExpiresAtMs !== undefined && { clientExpiresAtMs }),
      };
    },
    async [Symbol.asyncDispose]() {
      const error = new HeddleError(`the client of ${base.shown} was closed`, { code: "HEDDLE_CLUSTER_CLOSED" });
      closed.abort(error);
      limiter.close(error);
      await lanes.destroy(error);
    },
  };
}

const isSafe = ({ method = "GET" }: ApiRequest): boolean => method === "GET";

const unchanged = (text: string): string => text;

function parseObject(text: string, asked: string): JsonObject {
  let value: unknown;
  let found = "the answer is JSON but no object";
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may be part of a Secret: neither said nor kept as the cause.
    found = `${text.length} characters that are no JSON`;
  }
  if (isJsonObject(value)) return value;
  throw new HeddleError(`${asked}: the answer is not the JSON object that it should be: ${found}`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
    retryable: true,
  });
}
