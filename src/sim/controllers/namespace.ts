import { isEnding, namespaceOf, type Step } from "./model.ts";

/** A namespace that is deleted takes everything in it along, and goes last. */
export const stepNamespace: Step = (namespace, view) => {
  if (!isEnding(namespace)) return [];
  const { name } = namespace.metadata;
  const inside = view.inNamespace(name);
  if (inside.length === 0) return [{ type: "remove", collection: "namespaces", namespace: "", name }];
  return inside
    .filter(({ object }) => !isEnding(object))
    .map(({ collection, object }) => ({
      type: "delete",
      collection,
      namespace: namespaceOf(object),
      name: object.metadata.name,
    }));
};
