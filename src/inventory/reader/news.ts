import {
  type Change,
  type ClusterId,
  fieldText,
  type KubeObject,
  labelsMatch,
  type ObjectMeta,
  parseFieldSelector,
  parseLabelSelector,
  type Resource,
  type ResourceQuery,
} from "../../model/index.ts";
import { type AppliedChanges, type Store } from "../model.ts";
import { keyOf } from "../table/table.ts";

/** What a watcher is told at once: an object that no longer matches is among the deleted. */
export type Told = Readonly<{ objects: readonly KubeObject[]; deleted: readonly KubeObject[] }>;

/**
 * What changed since the watcher last looked, one entry an object however often it changed: a slow watcher costs a name
 * for each object that changed meanwhile, and gets their latest state.
 */
export type News = Readonly<{
  /** The watcher has been told these. Before that nothing is taken. */
  begin(objects: readonly KubeObject[]): void;
  /** Resolves when there is something to take, or `wake` was called. */
  arrival(): Promise<void>;
  wake(): void;
  /** At most a hundred objects; what was deleted and made anew under its name comes in two parts. */
  take(): readonly Told[];
  end(): void;
}>;

/** `deleted`: the object as the watcher last knew it; `changed`: it exists now, or did when this was noted. */
type Entry = { namespace: string | undefined; name: string; deleted: KubeObject | undefined; changed: boolean };

const mostTaken = 100;
/** With more entries waiting than this, deleted objects are kept by their identity only. */
const fewEntries = 1_000;

export function createNews(
  store: Store,
  { id, query, resource }: Readonly<{ id: ClusterId; query: ResourceQuery; resource: Resource }>,
): News {
  const { isNear, matches, selects } = createMatcher(query, resource);
  const waiting = new Map<string, Entry>();
  // Only where an object can stop matching without being deleted does it matter who was told of it.
  const told = selects ? new Set<string>() : undefined;
  let begun = false;
  let woken = false;
  let resolve = (): void => {};

  const wake = (): void => {
    woken = true;
    resolve();
  };
  const note = ({ type, object }: Change): void => {
    const { namespace, name } = object.metadata;
    const key = keyOf(namespace, name);
    const known = waiting.get(key);
    if (known === undefined && begun && told?.has(key) === false && (type === "deleted" || !matches(object))) return;
    const entry = known ?? { namespace, name, deleted: undefined, changed: false };
    if (type === "deleted") entry.deleted ??= waiting.size < fewEntries ? object : identityOf(object);
    entry.changed = type !== "deleted";
    waiting.set(key, entry);
  };
  const end = store.subscribe(({ cluster, resource: own, changes }: AppliedChanges) => {
    if (cluster !== id || own.kind !== resource.kind || own.group !== resource.group) return;
    for (const change of changes) if (isNear(change.object)) note(change);
    if (waiting.size > 0) wake();
  });

  const takeOne = (key: string, { namespace, name, deleted, changed }: Entry, into: Taken): void => {
    if (deleted !== undefined && (told?.delete(key) ?? true)) into.deleted.push(deleted);
    if (!changed) return;
    const place = namespace === undefined ? {} : { namespace };
    const object = store.get({ cluster: id, group: resource.group, kind: resource.kind, ...place, name })?.object();
    if (object === undefined) return;
    if (matches(object)) {
      told?.add(key);
      into.objects.push(object);
      into.again ||= deleted !== undefined;
    } else if (told?.delete(key) === true) into.deleted.push(object);
  };
  return {
    begin(objects) {
      for (const { metadata } of objects) told?.add(keyOf(metadata.namespace, metadata.name));
      begun = true;
    },
    async arrival() {
      if (!woken) await new Promise<void>((settle) => (resolve = settle));
      woken = false;
    },
    wake,
    take() {
      const taken: Taken = { objects: [], deleted: [], again: false };
      for (const [key, entry] of [...waiting].slice(0, mostTaken)) {
        waiting.delete(key);
        takeOne(key, entry, taken);
      }
      if (waiting.size > 0) wake();
      const { objects, deleted, again } = taken;
      const parts = again
        ? [
            { objects: [], deleted },
            { objects, deleted: [] },
          ]
        : [{ objects, deleted }];
      return parts.filter((part) => part.objects.length + part.deleted.length > 0);
    },
    end,
  };
}

type Taken = { readonly objects: KubeObject[]; readonly deleted: KubeObject[]; again: boolean };

/** `isNear` by what an object cannot change, `matches` by its labels and fields. */
function createMatcher({ namespace, names, labelSelector, fieldSelector }: ResourceQuery, { namespaced }: Resource) {
  const labels = parseLabelSelector(labelSelector ?? "");
  const fields = parseFieldSelector(fieldSelector ?? "");
  const wanted = names && new Set(names);
  return {
    isNear: ({ metadata }: KubeObject): boolean =>
      (namespace === undefined || !namespaced || metadata.namespace === namespace) &&
      (wanted?.has(metadata.name) ?? true),
    matches: (object: KubeObject): boolean =>
      labelsMatch(labels, object.metadata.labels ?? {}) &&
      fields.every(({ field, negated, value }) => (fieldText(object, field) === value) !== negated),
    selects: labels.length + fields.length > 0,
  };
}

function identityOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const kept = Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp });
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as ObjectMeta,
  };
}
