import { matchAmong } from "../cluster/index.ts";
import { type EventRecord } from "../events/index.ts";
import { resourceAsUsual, type Store } from "../inventory/index.ts";
import {
  type ClusterId,
  type JsonValue,
  labelsMatch,
  type ObjectRef,
  parseLabelSelector,
  type Resource,
  stringAt,
} from "../model/index.ts";
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
): (record: Pick<EventRecord, "cluster" | "ref" | "labels" | "text">) => boolean {
  const { clusters, kinds, namespaces, names, labelSelector } = question;
  const selector = labelSelector ? parseLabelSelector(labelSelector) : [];
  const isMeant = kinds === undefined ? () => true : createKindFilter(kinds, store);
  return (record) => {
    const { cluster, ref, labels } = record;
    if (clusters !== undefined && !clusters.includes(cluster)) return false;
    if (ref === undefined) return true;
    if (namespaces !== undefined && !namespaces.includes(ref.namespace ?? "")) return false;
    if (names !== undefined && !names.includes(ref.name)) return false;
    return labelsMatch(selector, labels) && isMeant(ref, record);
  };
}

/** Words are looked up when a kind is first seen: a kind may come to be while its changes are waited for. */
function createKindFilter(words: readonly string[], store: Pick<Store, "kinds">): KindFilter {
  const known = new Map<string, boolean>();
  const told = new Map<string, Resource>();
  return (ref, record) => {
    const { cluster, group, kind } = ref;
    const key = `${cluster}/${group}/${kind}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const resources = heldResources(store, cluster);
    const isIt = (one: Readonly<{ group: string; kind: string }>): boolean => one.group === group && one.kind === kind;
    const isMeantAmong = (some: readonly Resource[]): boolean =>
      words.some((word) => matchAmong(some, word).some(isIt));
    if (resources.some(isIt)) {
      const meant = isMeantAmong(resources);
      known.set(key, meant);
      return meant;
    }
    // Not there yet, as after a restart, or not any more: by the names that its change tells, and those usual for it.
    const own =
      told.get(key) ?? resourceAsUsual({ ...ref, plural: pluralIn(record.text), namespaced: "namespace" in ref });
    told.set(key, own);
    return isMeantAmong([...resources, own]);
  };
}

/** The record's text costs something to be had: it is looked at where nothing else tells. */
type KindFilter = (ref: ObjectRef, record: Pick<EventRecord, "text">) => boolean;

/** "core/pods/default/web" */
const pluralIn = (text: string): string =>
  (stringAt(JSON.parse(text) as JsonValue, "subject") ?? "").split("/")[1] ?? "";
