import PQueue from "p-queue";
import { type ErrorCode, HeddleError, isHeddleError } from "../../base/index.ts";
import { type JsonObject, stringAt } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type ServedGroup, type ServedGroups, type ServedVersion } from "./groups.ts";
import { aggregatedAccept, isAggregated, parseAggregated } from "./parse-aggregated.ts";
import { parseCoreVersions, parseGroupVersions, parseResourceList } from "./parse-old.ts";
import { type GroupVersion } from "./parse-parts.ts";

/** Old discovery asks once for each version of each group: so many at a time. */
const concurrency = 8;

/** Failures of the whole conversation, not of one group: there is no use in asking for the next. */
const fatal: ReadonlySet<ErrorCode> = new Set([
  "HEDDLE_CLUSTER_UNAUTHORIZED",
  "HEDDLE_CLUSTER_UNREACHABLE",
  "HEDDLE_CLUSTER_TLS",
] as const);

/**
 * Asks an API server what it serves: /api and /apis at once, aggregated where it can; where it answers either with the
 * old documents, /api/v1 and /apis/<group>/<version> too. Fails only when the server itself does: a group that does
 * not answer is told as stale.
 */
export async function loadGroups(api: ApiClient): Promise<ServedGroups> {
  const [core, named] = await Promise.all([
    api.json({ path: "/api", accept: aggregatedAccept }).catch(emptyIfMissing),
    api.json({ path: "/apis", accept: aggregatedAccept }),
  ]);
  const groups = await Promise.all([
    isAggregated(core) ? parseAggregated(core) : askEach(api, parseCoreVersions(expectKind(core, "APIVersions"))),
    isAggregated(named) ? parseAggregated(named) : askEach(api, parseGroupVersions(expectKind(named, "APIGroupList"))),
  ]);
  return groups.flat();
}

/** A server that serves only aggregated APIs has no /api. */
function emptyIfMissing(error: unknown): JsonObject {
  if (isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) return { kind: "APIVersions", versions: [] };
  throw error;
}

/** What answers here may be no API server at all: a login page's proxy, another service. */
function expectKind(document: JsonObject, kind: string): JsonObject {
  if (document["kind"] === kind) return document;
  const found = stringAt(document, "kind") ?? "nothing that names its kind";
  throw new HeddleError(`the server answered discovery with ${found}, not with ${kind}: is this a Kubernetes API?`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
  });
}

async function askEach(api: ApiClient, groupVersions: readonly GroupVersion[]): Promise<ServedGroups> {
  const queue = new PQueue({ concurrency });
  const answers = await Promise.all(
    groupVersions.map((at) => queue.add(async () => ({ ...at, served: await askOne(api, at) }))),
  );
  const groups = new Map<string, ServedVersion[]>();
  for (const { group, served } of answers) {
    const versions = groups.get(group) ?? [];
    if (served !== undefined) versions.push(served);
    groups.set(group, versions);
  }
  return [...groups].map(([name, versions]): ServedGroup => ({ name, versions }));
}

/** Undefined: the version went away between the two questions. */
async function askOne(api: ApiClient, at: GroupVersion): Promise<ServedVersion | undefined> {
  const { group, version } = at;
  const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const document = await api.json({ path });
    return { version, freshness: "current", resources: parseResourceList(at, document) };
  } catch (error) {
    if (isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) return undefined;
    if (isFatal(error)) throw error;
    return { version, freshness: "stale", resources: [] };
  }
}

const isFatal = (error: unknown): boolean =>
  !(error instanceof HeddleError) || fatal.has(error.code) || error.code.startsWith("HEDDLE_CREDENTIAL_");
