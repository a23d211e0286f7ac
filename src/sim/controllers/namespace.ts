import { type Intent, isEnding, namespaceOf, type Step, type View } from "./model.ts";

/** A namespace that is deleted takes everything in it along, and goes last. */
export const stepNamespace: Step = (namespace, view) => {
  const { name } = namespace.metadata;
  if (!isEnding(namespace)) return furniture(name, view);
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

/** What Kubernetes puts into every namespace. */
function furniture(namespace: string, view: View): readonly Intent[] {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name: "default" } };
  const authority = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name: "kube-root-ca.crt" },
    data: { "ca.crt": "" },
  };
  const wanted = [
    { collection: "serviceaccounts", object: account },
    { collection: "configmaps", object: authority },
  ];
  return wanted
    .filter(({ collection, object }) => view.get(collection, namespace, object.metadata.name) === undefined)
    .map((missing): Intent => ({ type: "create", ...missing }));
}
