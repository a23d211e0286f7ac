import { createSeededRandom } from "../../../base/index.ts";
import { type JsonObject, type KubeObject } from "../../../model/index.ts";
import { type Intent, namespaceOf, type Owned, type View } from "../model.ts";

export const nowMs = Date.UTC(2026, 0, 1);

/** An object of namespace "shop", or of none for what is cluster-wide; its uid is its kind and name. */
export function objectOf(kind: string, name: string, more: JsonObject = {}): KubeObject {
  const { metadata = {}, ...rest } = more;
  const namespace = ["Node", "Namespace", "CustomResourceDefinition"].includes(kind) ? {} : { namespace: "shop" };
  return {
    apiVersion: kind === "Pod" || kind === "Service" ? "v1" : "apps/v1",
    kind,
    metadata: { name, ...namespace, uid: `${kind} ${name}`, generation: 1, ...(metadata as JsonObject) },
    ...rest,
  } as KubeObject;
}

export const ownedBy = (kind: string, name: string): JsonObject => ({
  ownerReferences: [
    { apiVersion: "v1", kind, name, uid: `${kind} ${name}`, controller: true, blockOwnerDeletion: true },
  ],
});

/** What a step sees where there is nothing but these objects. */
export function viewOf(...owned: readonly Owned[]): View {
  const list = (collection: string, namespace?: string): readonly KubeObject[] =>
    owned
      .filter((one) => one.collection === collection)
      .map(({ object }) => object)
      .filter((object) => namespace === undefined || namespaceOf(object) === namespace);
  return {
    nowMs,
    random: createSeededRandom(1),
    list,
    get: (collection, namespace, name) => list(collection, namespace).find(({ metadata }) => metadata.name === name),
    sample: (collection, count) => list(collection).slice(0, count),
    ownedBy: (uid) => owned.filter(({ object }) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid)),
    inNamespace: (namespace) => owned.filter(({ object }) => namespaceOf(object) === namespace),
  };
}

/** "create pods", "delete pods web-1", "update replicasets.apps web-a replicas 2", "status jobs.batch report", in order. */
export const told = (intents: readonly Intent[]): readonly string[] =>
  intents.map((intent) => {
    if (!("object" in intent)) return `${intent.type} ${intent.collection} ${intent.name}`;
    const { name, generateName } = intent.object.metadata;
    const { replicas } = (intent.object["spec"] ?? {}) as JsonObject;
    const count = intent.type === "status" || replicas === undefined ? "" : ` replicas ${String(replicas)}`;
    return `${intent.type} ${intent.collection} ${name === "" ? `${String(generateName)}*` : name}${count}`;
  });
