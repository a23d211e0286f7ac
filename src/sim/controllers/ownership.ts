import { type KubeObject } from "../../model/index.ts";
import { type ObjectStore, type Stored } from "../store/model.ts";
import { type Owned } from "./model.ts";
import { type Place, placeKey } from "./work-queue.ts";

/** Who owns whom, and where an owner lies. */
export type Ownership = Readonly<{
  ownedBy(uid: string): readonly Owned[];
  ownersOf(object: KubeObject): readonly Place[];
  inNamespace(namespace: string): readonly Owned[];
}>;

export function createOwnership(store: ObjectStore): Ownership {
  const dependents = new Map<string, Map<string, Place>>();
  const places = new Map<string, Place>();
  const collections = new Set<string>();
  const uidsOf = (stored: Stored | undefined): readonly string[] =>
    (stored?.object().metadata.ownerReferences ?? []).map(({ uid }) => uid);
  store.subscribe(({ collection, type, before, after }) => {
    const { namespace, name } = after;
    const place = { collection, namespace, name };
    collections.add(collection);
    for (const uid of uidsOf(before)) dependents.get(uid)?.delete(placeKey(place));
    const uid = after.object().metadata.uid ?? "";
    if (type === "deleted") {
      places.delete(uid);
      return;
    }
    places.set(uid, place);
    for (const owner of uidsOf(after))
      dependents.set(owner, (dependents.get(owner) ?? new Map<string, Place>()).set(placeKey(place), place));
  });
  const found = ({ collection, namespace, name }: Place): readonly Owned[] => {
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
