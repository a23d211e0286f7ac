import { type KubeObject } from "../../model/index.ts";
import { type ObjectStore, type Stored } from "../store/model.ts";
import { type Owned } from "./model.ts";

type Name = Readonly<{ collection: string; namespace: string; name: string }>;

/** Who owns whom, and where an owner lies. */
export type Ownership = Readonly<{
  ownedBy(uid: string): readonly Owned[];
  ownersOf(object: KubeObject): readonly Name[];
  inNamespace(namespace: string): readonly Owned[];
}>;

export function createOwnership(store: ObjectStore): Ownership {
  const dependents = new Map<string, Map<string, Name>>();
  const places = new Map<string, Name>();
  const collections = new Set<string>();
  const keyOf = ({ collection, namespace, name }: Name): string => `${collection} ${namespace} ${name}`;
  const uidsOf = (stored: Stored | undefined): readonly string[] =>
    (stored?.object().metadata.ownerReferences ?? []).map(({ uid }) => uid);
  store.subscribe(({ collection, type, before, after }) => {
    const { namespace, name } = after;
    const place = { collection, namespace, name };
    collections.add(collection);
    for (const uid of uidsOf(before)) dependents.get(uid)?.delete(keyOf(place));
    const uid = after.object().metadata.uid ?? "";
    if (type === "deleted") {
      places.delete(uid);
      return;
    }
    places.set(uid, place);
    for (const owner of uidsOf(after))
      dependents.set(owner, (dependents.get(owner) ?? new Map<string, Name>()).set(keyOf(place), place));
  });
  const found = ({ collection, namespace, name }: Name): readonly Owned[] => {
    const stored = store.get(collection, namespace, name);
    return stored === undefined ? [] : [{ collection, object: stored.object() }];
  };
  return {
    ownedBy: (uid) => [...(dependents.get(uid)?.values() ?? [])].flatMap(found),
    ownersOf: ({ metadata }) => (metadata.ownerReferences ?? []).flatMap(({ uid }) => places.get(uid) ?? []),
    inNamespace: (namespace) =>
      [...collections].flatMap((collection) =>
        namespace === ""
          ? []
          : store.list(collection, { namespace }).map((stored) => ({ collection, object: stored.object() })),
      ),
  };
}
