import { randomBytes } from "node:crypto";
import { type Clock, isHeddleError, systemClock } from "../base/index.ts";
import { type Cluster } from "../cluster/index.ts";
import { type ClusterId, isJsonObject, type JsonObject, listAt, type Resource } from "../model/index.ts";

/** A kind that a credential may not list or watch in all namespaces, and what the API server says of it. */
export type AccessGap = Readonly<{ resource: Resource; verb: "list" | "watch"; reason: string }>;

/** What a credential can do for Heddle, and what a person should know of the way in. */
export type AccessReport = Readonly<{
  cluster: ClusterId;
  /** Kinds that were asked about: those that can be listed or watched at all. */
  checked: number;
  /** In the server's order of kinds; empty: everything may be followed. */
  gaps: readonly AccessGap[];
  /** Certificate verification off, a certificate that ends soon, groups whose API service does not answer. */
  warnings: readonly string[];
}>;

const followVerbs = ["list", "watch"] as const;
const certificateWarningMs = 30 * 86_400_000;

/**
 * Asks the API server, for every kind that it serves and that can be followed, whether this credential may list and
 * watch it everywhere. Changes nothing. Fails when the cluster does not answer.
 *
 * One review of rules answers for what RBAC grants; only what is not in it is asked one by one, as another authorizer
 * may grant it still.
 */
export async function checkAccess(
  cluster: Cluster,
  signal: AbortSignal,
  clock: Pick<Clock, "nowMs"> = systemClock,
): Promise<AccessReport> {
  const resources = (await cluster.discovery.resources(signal)).filter(({ verbs }) =>
    followVerbs.some((verb) => verbs.includes(verb)),
  );
  const granted = await grantedEverywhere(cluster, signal);
  const questions = resources.flatMap((resource) =>
    followVerbs
      .filter((verb) => resource.verbs.includes(verb) && !isGranted(granted, resource, verb))
      .map((verb) => ({ resource, verb })),
  );
  const answers = await Promise.all(
    questions.map(async ({ resource, verb }) => {
      const question = { verb, group: resource.group, resource: resource.plural };
      return { resource, verb, ...(await cluster.objects.reviewAccess(question, signal)) };
    }),
  );
  return {
    cluster: cluster.id,
    checked: resources.length,
    gaps: answers.filter(({ allowed }) => !allowed).map(({ resource, verb, reason }) => ({ resource, verb, reason })),
    warnings: warningsOf(cluster, clock.nowMs()),
  };
}

/**
 * The rules that hold in all namespaces. A review of rules is of one namespace and does not tell which rules are of that
 * namespace only: asked of a namespace that does not exist, in which nobody can have granted anything, it tells those
 * that hold everywhere.
 */
async function grantedEverywhere(cluster: Cluster, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const nowhere = `heddle-${randomBytes(12).toString("hex")}`;
  try {
    return listAt(await cluster.objects.reviewRules(nowhere, signal), "resourceRules").filter(isJsonObject);
  } catch (error) {
    // Then everything is asked one by one.
    if (isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN") || isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) return [];
    throw error;
  }
}

/** Whether rules of a SelfSubjectRulesReview grant a verb on every object of a resource. */
export function isGranted(rules: readonly JsonObject[], { group, plural }: Resource, verb: string): boolean {
  const has = (rule: JsonObject, key: string, wanted: string): boolean => {
    const listed = listAt(rule, key);
    return listed.includes(wanted) || listed.includes("*");
  };
  return rules.some(
    (rule) =>
      has(rule, "verbs", verb) &&
      has(rule, "apiGroups", group) &&
      has(rule, "resources", plural) &&
      listAt(rule, "resourceNames").length === 0,
  );
}

function warningsOf({ warnings, discovery, api }: Cluster, nowMs: number): readonly string[] {
  const { serverExpiresAtMs, clientExpiresAtMs } = api.certificates();
  const failed = discovery.failedGroups();
  return [
    ...warnings,
    ...expiry("the API server's certificate", serverExpiresAtMs, nowMs),
    ...expiry("our client certificate", clientExpiresAtMs, nowMs),
    ...(failed.length === 0
      ? []
      : [`not asked about, because their API service does not answer: ${failed.join(", ")}`]),
  ];
}

function expiry(whose: string, endsAtMs: number | undefined, nowMs: number): readonly string[] {
  if (endsAtMs === undefined || endsAtMs - nowMs >= certificateWarningMs) return [];
  const days = Math.max(0, Math.floor((endsAtMs - nowMs) / 86_400_000));
  return [
    `${whose} ends in ${days} ${days === 1 ? "day" : "days"}, on ${new Date(endsAtMs).toISOString().slice(0, 10)}`,
  ];
}
