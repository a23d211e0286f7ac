import { type KnownObject, type KnownObjects } from "../model.ts";

/** The follower's own memory: one small record an object, namespaces shared. Reads back what was set last. */
export function createKnownObjects(seed: Iterable<KnownObject> = []): KnownObjects {
  const records = new Map<string, KnownObject>();
  const namespaces = new Map<string, string>();

  // Parsed JSON gives every object its own copy of the same few namespaces.
  const shared = (namespace: string): string => {
    const known = namespaces.get(namespace);
    if (known !== undefined) return known;
    namespaces.set(namespace, namespace);
    return namespace;
  };
  const set = ({ uid, namespace, name, resourceVersion }: KnownObject): void => {
    records.set(uid, { uid, namespace: shared(namespace), name, resourceVersion });
  };
  for (const object of seed) set(object);
  return {
    get: (uid) => records.get(uid),
    set,
    delete: (uid) => void records.delete(uid),
    values: () => records.values(),
  };
}
