import { type KubeObject } from "../../model/index.ts";
import { type Intent, isEnding, namespaceOf, type Owned, type Step, uidOf, type View } from "./model.ts";

/** What to do about the dependents of an object that is gone: those with no other owner go too. */
export const afterDeletion = (gone: KubeObject, view: View): readonly Intent[] =>
  view
    .ownedBy(uidOf(gone))
    .filter(({ object }) => !isEnding(object))
    .map((dependent) => release(dependent, gone));

/** The other owners keep it; the last one takes it along. */
function release({ collection, object }: Owned, gone: KubeObject): Intent {
  const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== uidOf(gone));
  if (others.length === 0)
    return { type: "delete", collection, namespace: namespaceOf(object), name: object.metadata.name };
  return {
    type: "update",
    collection,
    object: { ...object, metadata: { ...object.metadata, ownerReferences: others } },
  };
}

/** Works off the finalizers that foreground and orphaning deletion leave on an owner. */
export const collectGarbage =
  (collection: string): Step =>
  (owner, view) => {
    const finalizers = owner.metadata.finalizers ?? [];
    if (!isEnding(owner)) return [];
    const dependents = view.ownedBy(uidOf(owner));
    if (finalizers.includes("orphan"))
      return [...dependents.map((dependent) => orphaned(dependent, owner)), without(owner, collection, "orphan")];
    if (!finalizers.includes("foregroundDeletion")) return [];
    const blocking = dependents.filter(({ object }) => blocks(object, owner));
    if (blocking.length === 0) return [without(owner, collection, "foregroundDeletion")];
    return dependents.filter(({ object }) => !isEnding(object)).map((dependent) => release(dependent, owner));
  };

const blocks = ({ metadata }: KubeObject, owner: KubeObject): boolean =>
  (metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === uidOf(owner) && blockOwnerDeletion === true,
  );

function orphaned({ collection, object }: Owned, owner: KubeObject): Intent {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== uidOf(owner));
  return { type: "update", collection, object: { ...object, metadata: { ...object.metadata, ownerReferences } } };
}

function without(object: KubeObject, collection: string, finalizer: string): Intent {
  const finalizers = (object.metadata.finalizers ?? []).filter((held) => held !== finalizer);
  return { type: "update", collection, object: { ...object, metadata: { ...object.metadata, finalizers } } };
}
