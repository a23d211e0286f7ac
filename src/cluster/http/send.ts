import { isDeepStrictEqual } from "node:util";
import { anySignal, type Clock, HeddleError, type Logger, type Random } from "../../base/index.ts";
import { type ClusterAccess, type CredentialValue } from "../access.ts";
import { type ApiRequest, type QueryValue } from "../api-client.ts";
import { type BaseUrl } from "./base-url.ts";
import { readStart } from "./body.ts";
import { type Exchange, TransportError, type WireRequest } from "./exchange.ts";
import { requestHeaders } from "./headers.ts";
import { type Lanes, type LanesByCertificate } from "./lanes.ts";
import { type RateLimiter } from "./rate-limit.ts";
import { type RequestListener, verbOf } from "./request-verb.ts";
import { parseRetryAfter, retryAfterFailure, type TryFailure } from "./retry.ts";
import { statusError } from "./status-error.ts";
import { transportError } from "./transport-error.ts";

export type SenderDeps = Readonly<{
  onRequest?: RequestListener | undefined;
  access: ClusterAccess;
  base: BaseUrl;
  lanes: LanesByCertificate;
  limiter: RateLimiter;
  clock: Clock;
  random: Random;
  log: Logger;
  /** Aborted when the client is disposed. */
  closed: AbortSignal;
  userAgent: string;
}>;

export type Outgoing = Omit<ApiRequest, "timeoutMs"> &
  Readonly<{
    gzip: boolean;
    /** Of each try; 0: none. */
    timeoutMs: number;
    /** True when doing it twice is doing it once. */
    safe: boolean;
  }>;

/** What one try came to, when something answered. */
export type Reply<T> = Readonly<{ value: T; status: number }> | Readonly<{ refused: Exchange }>;

/** Carries out one try. Rejects with a TransportError, or with the reason of `signal`. */
export type Perform<T> = (lanes: Lanes, request: WireRequest, signal: AbortSignal | undefined) => Promise<Reply<T>>;

/** Sends one request, again where that is safe. Everything that fails becomes the error that ApiClient promises. */
export type Sender = <T>(request: Outgoing, perform: Perform<T>) => Promise<T>;

/** An HTTP exchange whose answer of 2xx goes to `consume`. */
export const exchanging =
  <T>(lane: "requests" | "watches", consume: (answer: Exchange) => Promise<T>): Perform<T> =>
  async (lanes, request, signal) => {
    const answer = await lanes[lane](request, signal);
    return answer.status >= 200 && answer.status < 300
      ? { value: await consume(answer), status: answer.status }
      : { refused: answer };
  };

type Failed = Readonly<{ error: HeddleError; failure: TryFailure }>;
type Outcome<T> = Readonly<{ ok: true; value: T }> | (Readonly<{ ok: false; credential: CredentialValue }> & Failed);

/** Enough for a Status with many causes. */
const refusalBytes = 256 * 1024;

/** Each try takes a token (where it is not `unqueued`), asks for the credential, and is sent. A 401 renews the credential, once. */
export function createSender(deps: SenderDeps): Sender {
  const { access, base, limiter, clock, random, log, closed } = deps;

  const tell = ({ method, path, query }: Outgoing, code: string): void =>
    deps.onRequest?.({ verb: verbOf({ method, path, watch: isTrue(query?.["watch"]) }), code });

  return async (request, perform) => {
    const asked = `${request.method ?? "GET"} ${base.shown}${request.path}`;
    let renewed = false;
    for (let tries = 1; ; tries++) {
      closed.throwIfAborted();
      if (request.unqueued !== true) await limiter.acquire(request.signal);
      const outcome = await attempt(request, asked, perform);
      if (outcome.ok) return outcome.value;
      const { error, failure, credential } = outcome;
      if (failure.kind === "answer" && failure.status === 401 && !renewed) {
        renewed = true;
        // Of many who were refused together the first renews it, and the others take what came of that.
        if (isDeepStrictEqual(await access.credential.get(request.signal), credential)) access.credential.invalidate();
        continue;
      }
      const waitMs = retryAfterFailure({ safe: request.safe, tries, failure }, random);
      if (waitMs === undefined) throw error;
      log.debug({ tries, waitMs: Math.round(waitMs), code: error.code }, `${asked} is tried again`);
      await clock.sleep(waitMs, anySignal(request.signal, closed));
    }
  };

  async function attempt<T>(request: Outgoing, asked: string, perform: Perform<T>): Promise<Outcome<T>> {
    const credential = await access.credential.get(request.signal);
    const fromMs = clock.monotonicMs();
    const deadline = startDeadline(request, asked);
    try {
      const lanes = deps.lanes.with(credential.certificate);
      const reply = await perform(lanes, wireRequest(request, credential), deadline.signal);
      const { status } = "value" in reply ? reply : reply.refused;
      tell(request, String(status));
      if ("value" in reply) return { ok: true, value: reply.value };
      return { ok: false, credential, ...(await refused(reply.refused, asked)) };
    } catch (caught) {
      if (!(caught instanceof TransportError)) throw caught;
      const error = transportError(caught, asked);
      tell(request, "failed");
      const { progress } = caught;
      const tookMs = clock.monotonicMs() - fromMs;
      return {
        ok: false,
        credential,
        error,
        failure: { kind: "transport", progress, tookMs, retryable: error.retryable },
      };
    } finally {
      deadline.cancel();
    }
  }

  function wireRequest(request: Outgoing, credential: CredentialValue): WireRequest {
    const { method = "GET", path, query, body, accept = "application/json", gzip } = request;
    const contentType = body === undefined ? undefined : (request.contentType ?? "application/json");
    return {
      path: base.target(path, query),
      method,
      headers: requestHeaders({ access, credential, userAgent: deps.userAgent, accept, contentType, gzip }),
      body: typeof body === "string" || body === undefined ? body : JSON.stringify(body),
    };
  }

  async function refused(answer: Exchange, asked: string): Promise<Failed> {
    const { status, headers } = answer;
    const retryAfterMs = parseRetryAfter(headers["retry-after"], clock.nowMs());
    const body = await readStart(answer, refusalBytes);
    const error = statusError({ status, headers, body, asked, retryAfterMs });
    return { error, failure: { kind: "answer", status, retryAfterMs } };
  }

  function startDeadline({ timeoutMs, signal }: Outgoing, asked: string): Deadline {
    if (timeoutMs <= 0) return { signal, cancel: () => {} };
    const controller = new AbortController();
    const cancel = clock.after(timeoutMs, () => {
      const message = `${asked}: no complete answer within ${timeoutMs / 1000} s`;
      controller.abort(new HeddleError(message, { code: "HEDDLE_CLUSTER_TIMEOUT", retryable: true }));
    });
    return { signal: signal === undefined ? controller.signal : anySignal(signal, controller.signal), cancel };
  }
}

const isTrue = (value: QueryValue): boolean => value === true || value === "true" || value === 1 || value === "1";

type Deadline = Readonly<{ signal: AbortSignal | undefined; cancel: () => void }>;
