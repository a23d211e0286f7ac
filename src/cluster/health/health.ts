import { type Clock, HeddleError, isAbort, toHeddleError } from "../../base/index.ts";
import { type ClusterHealth, jsonAt, type JsonValue, stringAt, unknownHealth } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type HealthProbe } from "../model.ts";
import { defaultLimits, healthOf, type HealthLimits } from "./health-of.ts";
import { failingChecks, type Observation, type Observations } from "./observations.ts";

export type HealthProbeDeps = Readonly<{ api: ApiClient; clock: Clock }>;

export type HealthProbeOptions = Readonly<{
  /** Each question, retries included: after this the answer is "timed out". Default 10 s. */
  timeoutMs?: number;
  limits?: Partial<HealthLimits>;
}>;

/** Answers after which /livez and /readyz would answer the same: the conversation itself has failed. */
const conclusive = new Set([
  "HEDDLE_CLUSTER_UNAUTHORIZED",
  "HEDDLE_CLUSTER_UNREACHABLE",
  "HEDDLE_CLUSTER_TLS",
  "HEDDLE_CLUSTER_TIMEOUT",
  "HEDDLE_CLUSTER_PROTOCOL",
]);

/** The time in our own queue is none of the server's: behind a long one it would seem slow, or gone. */
const unqueued = true;

/**
 * Asks /version and then, when something answers, /readyz and /livez, which name the checks that fail. Latency is that
 * of /readyz: by then the connection is there.
 */
export function createHealthProbe({ api, clock }: HealthProbeDeps, options: HealthProbeOptions = {}): HealthProbe {
  const { timeoutMs = 10_000 } = options;
  const limits = { ...defaultLimits, ...options.limits };
  let last: ClusterHealth = unknownHealth;

  const ask = async <T>(
    question: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<Readonly<{ seen: Observation; answer?: T }>> => {
    signal.throwIfAborted();
    const startMs = clock.monotonicMs();
    const deadline = startDeadline(clock, timeoutMs, api.server);
    try {
      const answer = await question(AbortSignal.any([signal, deadline.signal]));
      return { seen: { ok: true, latencyMs: clock.monotonicMs() - startMs }, answer };
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = isAbort(thrown, deadline.signal) ? deadline.signal.reason : thrown;
      return { seen: failed(toHeddleError(error)) };
    } finally {
      deadline.cancel();
    }
  };
  const probe = async (path: string, signal: AbortSignal): Promise<Observation> =>
    (await ask((signal) => api.text({ path, accept: "*/*", timeoutMs, unqueued, signal }), signal)).seen;

  const observe = async (signal: AbortSignal): Promise<Observations> => {
    const request = { path: "/version", timeoutMs, unqueued };
    const { seen, answer } = await ask((signal) => api.json({ ...request, signal }), signal);
    const version = { ...seen, gitVersion: stringAt(answer, "gitVersion") };
    const [ready, live] = isConclusive(seen)
      ? []
      : await Promise.all([probe("/readyz", signal), probe("/livez", signal)]);
    const { serverExpiresAtMs, clientExpiresAtMs } = api.certificates();
    return {
      nowMs: clock.nowMs(),
      version,
      ...(ready && { ready }),
      ...(live && { live }),
      serverCertificateEndsAtMs: serverExpiresAtMs,
      clientCertificateEndsAtMs: clientExpiresAtMs,
    };
  };
  return {
    async check(signal) {
      const seen = await observe(signal);
      const verdict = healthOf(seen, limits);
      const lastSuccessAtMs = verdict.state === "Failed" ? last.lastSuccessAtMs : seen.nowMs;
      last = { ...verdict, checkedAtMs: seen.nowMs, ...(lastSuccessAtMs !== undefined && { lastSuccessAtMs }) };
      return last;
    },
    last: () => last,
  };
}

const isConclusive = (seen: Observation): boolean =>
  !seen.ok && (conclusive.has(seen.error.code) || seen.error.code.startsWith("HEDDLE_CREDENTIAL_"));

/** The body of a refused probe lists its checks, as with `?verbose`, whether that was asked for or not. */
function failed(error: HeddleError): Observation {
  const body = jsonAt(error.details as { readonly [key: string]: JsonValue }, "body");
  return { ok: false, error, failing: typeof body === "string" ? failingChecks(body) : [] };
}

function startDeadline(
  clock: Clock,
  timeoutMs: number,
  server: string,
): Readonly<{ signal: AbortSignal; cancel: () => void }> {
  const controller = new AbortController();
  const error = new HeddleError(`${server} did not answer within ${timeoutMs / 1000} s`, {
    code: "HEDDLE_CLUSTER_TIMEOUT",
    retryable: true,
  });
  return { signal: controller.signal, cancel: clock.after(timeoutMs, () => controller.abort(error)) };
}
