import { type KubeObject } from "../../model/index.ts";
import { type Collection, type ObjectStore, type Stored, type StoreEvent } from "./model.ts";
import { createPast } from "./past.ts";
import { createShelf, type Shelf } from "./shelf.ts";

export type ObjectStoreOptions = Readonly<{
  /** Writes that are remembered. Default 10,000. */
  pastEvents?: number;
  /** Of the store before its first write. Default 1. */
  firstRevision?: number;
}>;

const keptLists = 32;

/** An empty store. Deterministic: the same writes give the same revisions. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  const { pastEvents = 10_000, firstRevision = 1 } = options;
  const collections = new Map<Collection, Shelf>();
  const listeners = new Set<(event: StoreEvent) => void>();
  const past = createPast(pastEvents, firstRevision);
  let revision = firstRevision;

  const shelfOf = (collection: Collection): Shelf => {
    const known = collections.get(collection);
    if (known !== undefined) return known;
    const shelf = createShelf();
    collections.set(collection, shelf);
    return shelf;
  };
  // Those who read a list in pages ask for it again and again; it is theirs while the memory is not needed.
  const lists = new Map<string, WeakRef<readonly Stored[]>>();
  const remember = (key: string, list: readonly Stored[]): void => {
    lists.set(key, new WeakRef(list));
    const [oldest] = lists.keys();
    if (lists.size > keptLists && oldest !== undefined) lists.delete(oldest);
  };
  const untold: StoreEvent[] = [];
  let telling = false;
  // A listener may write: what it wrote is told when all have heard of what it was told.
  const tell = (event: StoreEvent): Stored => {
    past.add(event);
    untold.push(event);
    if (telling) return event.after;
    telling = true;
    try {
      for (let next = untold.shift(); next !== undefined; next = untold.shift())
        for (const listener of listeners) listener(next);
    } finally {
      telling = false;
    }
    return event.after;
  };
  return {
    revision: () => revision,
    compactedTo: past.compactedTo,
    get: (collection, namespace, name) => collections.get(collection)?.get(namespace, name),
    list(collection, { namespace, at = revision, keep = false } = {}) {
      const key = `${collection} ${namespace ?? "*"} ${at}`;
      const known = lists.get(key)?.deref();
      if (known !== undefined) return known;
      const now = collections.get(collection)?.list(namespace) ?? [];
      const then = at === revision ? now : past.rewind({ collection, namespace }, now, at);
      if (keep) remember(key, then);
      return then;
    },
    put(collection, object) {
      const shelf = shelfOf(collection);
      const after = storedOf(collection, object, ++revision);
      const before = shelf.get(after.namespace, after.name);
      shelf.set(after);
      const known = before === undefined ? ({ type: "created" } as const) : ({ type: "updated", before } as const);
      return tell({ revision, collection, ...known, after });
    },
    remove(collection, namespace, name) {
      const shelf = shelfOf(collection);
      const before = shelf.get(namespace, name);
      if (before === undefined) return undefined;
      shelf.delete(before);
      const after = storedOf(collection, before.object(), ++revision);
      return tell({ revision, collection, type: "deleted", before, after });
    },
    skip: () => ++revision,
    since: past.since,
    compact: past.compact,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function storedOf(collection: Collection, object: KubeObject, revision: number): Stored {
  const metadata = { ...object.metadata, resourceVersion: String(revision) };
  const text = JSON.stringify({ ...object, metadata });
  return {
    collection,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    revision,
    text,
    object: parsedOnce(text),
  };
}

/** Parses when asked, and not again while anyone holds the answer. */
function parsedOnce(text: string): () => KubeObject {
  let held: WeakRef<KubeObject> | undefined;
  return () => {
    const known = held?.deref();
    if (known !== undefined) return known;
    const object = JSON.parse(text) as KubeObject;
    held = new WeakRef(object);
    return object;
  };
}
