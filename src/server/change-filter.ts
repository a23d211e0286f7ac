import { matchAmong } from "../cluster/index.ts";
import { type EventRecord } from "../events/index.ts";
import { type Store } from "../inventory/index.ts";
import { type ClusterId, labelsMatch, type ObjectRef, parseLabelSelector } from "../model/index.ts";
import { heldResources } from "./kinds.ts";

/** Which changes: all parts must hold, a part left out always does. Kinds as people write them. */
export type ChangeQuestion = Readonly<{
  clusters?: readonly ClusterId[] | undefined;
  kinds?: readonly string[] | undefined;
  namespaces?: readonly string[] | undefined;
  names?: readonly string[] | undefined;
  labelSelector?: string | undefined;
}>;

/**
 * Tells whether a change is asked for. Labels are those that the object has after the change. That a cluster was synced
 * stands for all that it has, and is left out only when other clusters are asked for. HEDDLE_SELECTOR_INVALID for a bad
 * selector.
 */
export function createChangeFilter(
  question: ChangeQuestion,
  store: Pick<Store, "kinds">,
): (record: Pick<EventRecord, "cluster" | "ref" | "labels">) => boolean {
  const { clusters, kinds, namespaces, names, labelSelector } = question;
  const selector = labelSelector ? parseLabelSelector(labelSelector) : [];
  const isMeant = kinds === undefined ? () => true : createKindFilter(kinds, store);
  return ({ cluster, ref, labels }) => {
    if (clusters !== undefined && !clusters.includes(cluster)) return false;
    if (ref === undefined) return true;
    if (namespaces !== undefined && !namespaces.includes(ref.namespace ?? "")) return false;
    if (names !== undefined && !names.includes(ref.name)) return false;
    return labelsMatch(selector, labels) && isMeant(ref);
  };
}

/** Words are looked up when a kind is first seen: a kind may come to be while its changes are waited for. */
function createKindFilter(words: readonly string[], store: Pick<Store, "kinds">): (ref: ObjectRef) => boolean {
  const known = new Map<string, boolean>();
  return ({ cluster, group, kind }) => {
    const key = `${cluster}/${group}/${kind}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const resources = heldResources(store, cluster);
    const isIt = (one: Readonly<{ group: string; kind: string }>): boolean => one.group === group && one.kind === kind;
    const meant = words.some((word) => matchAmong(resources, word).some(isIt));
    // A past event of a kind that is not there (any more) can only be known by its own name.
    if (!resources.some(isIt)) return meant || words.some((word) => isNamed(word, { group, kind }));
    known.set(key, meant);
    return meant;
  };
}

function isNamed(word: string, { group, kind }: Readonly<{ group: string; kind: string }>): boolean {
  const [name = "", ...rest] = word.toLowerCase().split(".");
  return name === kind.toLowerCase() && (rest.length === 0 || rest.join(".") === group);
}
