import { type HeddleError } from "../../base/index.ts";
import { type ClusterHealth } from "../../model/index.ts";
import { certificateProblems, earliest } from "./certificates.ts";
import { type Observation, type Observations } from "./observations.ts";

/** From when on something is told as a problem. */
export type HealthLimits = Readonly<{
  /** A round trip longer than this is slow. Default 2 s. */
  slowMs: number;
  /** Certificates are told this long before they end. Default 7 days. */
  certificateMs: number;
}>;

export const defaultLimits: HealthLimits = { slowMs: 2_000, certificateMs: 7 * 24 * 3_600_000 };

/** What is told of a cluster, apart from when. */
export type Verdict = Pick<
  ClusterHealth,
  "state" | "reason" | "error" | "version" | "latencyMs" | "certificateExpiresAtMs"
>;

/**
 * The state of a cluster and why, from what a check saw.
 *
 * Failed: nothing that the API server answers is known to come from it, or it does not accept us. Degraded: it answers
 * and a check of its own fails, or it is slow, holds us back, or a certificate ends soon. Connected: nothing is wrong
 * that we may see. A server that answers /version but forbids /livez or /readyz to us is Connected, with that as a
 * note: to be kept from a probe is a matter of permissions, and not a fault of the cluster.
 */
export function healthOf(seen: Observations, limits: HealthLimits = defaultLimits): Verdict {
  const facts = factsOf(seen);
  const failure = failureOf(seen);
  if (failure !== undefined) return { ...facts, state: "Failed", ...failure };
  const probes = probesOf(seen);
  const refused = probes.filter(isForbidden).map(({ path }) => path);
  if (refused.length === probes.length) {
    const reason = `answers, but we may not ask for ${listed(refused)}`;
    return { ...facts, state: "Degraded", reason, ...errorOf(probes) };
  }
  const notes = refused.length === 0 ? [] : [`we may not ask for ${listed(refused)}`];
  const others = probes.filter((probe) => !isForbidden(probe));
  const problems = [
    ...heldBack(others),
    ...others.flatMap(failedProbe),
    ...slowness(facts.latencyMs, limits),
    ...certificateProblems(seen, limits.certificateMs),
  ];
  if (problems.length === 0) return { ...facts, state: "Connected", reason: notes.join("; ") };
  return { ...facts, state: "Degraded", reason: [...problems, ...notes].join("; "), ...errorOf(others) };
}

type Probe = Readonly<{ path: string; seen: Observation }>;

const probesOf = ({ version, ready, live }: Observations): readonly Probe[] => [
  { path: "/version", seen: version },
  ...(ready === undefined ? [] : [{ path: "/readyz", seen: ready }]),
  ...(live === undefined ? [] : [{ path: "/livez", seen: live }]),
];

/** Why the cluster is Failed, or undefined. An answer of 5xx without any check's name may come from a proxy in between. */
function failureOf(seen: Observations): (Pick<Verdict, "reason"> & { error: HeddleError }) | undefined {
  const { version } = seen;
  if (version.ok || isForbidden({ seen: version }) || isHeldBack(version)) return undefined;
  const { error } = version;
  if (error.code === "HEDDLE_CLUSTER_UNAUTHORIZED") {
    const ended = certificateProblems(seen, 0).filter((problem) => problem.startsWith("our"));
    return { error, reason: ["the API server does not accept our credentials", ...ended, error.message].join(": ") };
  }
  const answered = [seen.ready, seen.live].some(
    (probe) => probe !== undefined && (probe.ok || probe.failing.length > 0),
  );
  return answered ? undefined : { error, reason: error.message };
}

function factsOf({ version, ready, live, ...seen }: Observations): Omit<Verdict, "state" | "reason" | "error"> {
  const gitVersion = version.ok ? version.gitVersion : undefined;
  const latencyMs = [ready, live, version].flatMap((probe) => (probe?.ok ? [probe.latencyMs] : []))[0];
  const endsAtMs = earliest(seen);
  return {
    ...(gitVersion !== undefined && { version: gitVersion }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(endsAtMs !== undefined && { certificateExpiresAtMs: endsAtMs }),
  };
}

const adjectives: Readonly<Record<string, string>> = { "/readyz": "not ready", "/livez": "not live" };

function failedProbe({ path, seen }: Probe): readonly string[] {
  if (seen.ok || isHeldBack(seen)) return [];
  const { failing, error } = seen;
  return [
    failing.length > 0 ? `${adjectives[path] ?? path}: ${failing.join(", ")} failed` : `${path}: ${error.message}`,
  ];
}

function heldBack(probes: readonly Probe[]): readonly string[] {
  const paths = probes.filter(({ seen }) => isHeldBack(seen)).map(({ path }) => path);
  return paths.length === 0
    ? []
    : [`the API server holds our requests back (priority and fairness) at ${listed(paths)}`];
}

const slowness = (latencyMs: number | undefined, { slowMs }: HealthLimits): readonly string[] =>
  latencyMs !== undefined && latencyMs > slowMs ? [`answers slowly: ${(latencyMs / 1000).toFixed(1)} s`] : [];

const isForbidden = ({ seen }: Pick<Probe, "seen">): boolean =>
  !seen.ok && seen.error.code === "HEDDLE_CLUSTER_FORBIDDEN";

const isHeldBack = (seen: Observation): boolean => !seen.ok && seen.error.code === "HEDDLE_CLUSTER_TOO_MANY_REQUESTS";

/** The first error among them. */
const errorOf = (probes: readonly Probe[]): Readonly<{ error?: HeddleError }> =>
  probes.map(({ seen }) => (seen.ok ? {} : { error: seen.error })).find(({ error }) => error !== undefined) ?? {};

const listed = (words: readonly string[]): string =>
  new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
