import { anySignal, type Clock, HeddleError, isHeddleError } from "../../base/index.ts";
import { matchAmong } from "../../cluster/index.ts";
import { badRequest, onlyKind } from "../../fleet/index.ts";
import {
  apiVersionOf,
  type ClusterId,
  isSelectable,
  parseFieldSelector,
  type Resource,
  type ResourceQuery,
} from "../../model/index.ts";
import { type KindState } from "../model.ts";
import { isWorthWaiting, untilListed } from "./first-list.ts";
import { type Asked, type StoreReaderDeps } from "./model.ts";

/** Discovery is kept and answers at once; a cluster that has just been lost must not hold up what the store knows. */
const discoveryLimitMs = 1_500;

/** What only the person can change: no other source would answer differently. */
const final = ["HEDDLE_CLUSTER_UNKNOWN_KIND", "HEDDLE_FLEET_SEVERAL_KINDS"] as const;

/**
 * The kind that a query means, as the store holds it. Undefined: the store cannot answer, the cluster has to be asked:
 * `live`, a kind that is not followed or not in this version, or not listed whole yet (a first list that makes progress
 * is waited for where everything is asked for), or a field that only the API server knows how to select by. Fails with HEDDLE_FLEET_SEVERAL_KINDS and HEDDLE_CLUSTER_UNKNOWN_KIND.
 */
export async function heldKind(
  deps: StoreReaderDeps,
  { id, query }: Asked,
  signal: AbortSignal,
): Promise<KindState | undefined> {
  const held = deps.store.kinds(id);
  if (query.live === true || held.length === 0) return undefined;
  const resource = await findResource(deps, { id, kind: query.kind, held }, signal);
  if (resource === undefined || !canSelect(resource, query)) return undefined;
  // Read again each time: what is known may have changed while something was waited for.
  const known = (): KindState | undefined =>
    deps.store.kinds(id).find(({ resource: own }) => own.kind === resource.kind && isSameVersion(own, resource));
  if (known()?.freshness.state === "catching-up" && known()?.complete === false && isWorthWaiting(query))
    await untilListed(deps, { id, resource }, signal);
  const kind = known();
  return kind?.complete === true ? kind : undefined;
}

const isSameVersion = (a: Resource, b: Resource): boolean => apiVersionOf(a) === apiVersionOf(b);

/** What a person's word means: by discovery; when the cluster is away, among the kinds that the store has of it. */
async function findResource(
  { fleet, clock }: StoreReaderDeps,
  { id, kind, held }: Readonly<{ id: ClusterId; kind: string; held: readonly KindState[] }>,
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const health = fleet.summaries().find(({ info }) => info.id === id)?.health;
  if (health?.state !== "Failed") {
    try {
      const found = await withinLimit(clock, signal, async (limited) => {
        const { discovery } = await fleet.connect(id, limited);
        return discovery.find(kind, limited);
      });
      return onlyKind(kind, found);
    } catch (error) {
      signal.throwIfAborted();
      if (final.some((code) => isHeddleError(error, code))) throw error;
    }
  }
  const coreFirst = held.map(({ resource }) => resource).toSorted((a, b) => rank(a) - rank(b));
  const known = matchAmong(coreFirst, kind);
  return known.length === 0 ? undefined : onlyKind(kind, known);
}

const rank = ({ group }: Resource): number => (group === "" ? 0 : group.includes(".") ? 2 : 1);

async function withinLimit<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const tooLong = new HeddleError("discovery took too long", { code: "HEDDLE_CLUSTER_TIMEOUT", retryable: true });
  const cancel = clock.after(discoveryLimitMs, () => limit.abort(tooLong));
  try {
    return await work(anySignal(signal, limit.signal));
  } finally {
    cancel();
  }
}

/** Fields that the API server would refuse, or knows by a custom resource's definition, are left to it. */
function canSelect(resource: Resource, { fieldSelector }: ResourceQuery): boolean {
  try {
    return parseFieldSelector(fieldSelector ?? "").every(({ field }) => isSelectable(resource, field));
  } catch (error) {
    throw asBadRequest(error);
  }
}

/** A selector's mistake as the API server tells it; everything else as it is. */
export const asBadRequest = (error: unknown): unknown =>
  isHeddleError(error, "HEDDLE_SELECTOR_INVALID") ? badRequest(error.message) : error;
