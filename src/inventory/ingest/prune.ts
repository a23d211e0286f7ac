import { type Change, type JsonObject, type KubeObject, type ObjectMeta } from "../../model/index.ts";
import { digestManagedFields } from "./field-owners.ts";

/** An object as it may be stored and told on, and the digest of who set its fields. */
export type PrunedObject = Readonly<{ object: KubeObject; digest: string }>;

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Takes managedFields off, and off a Secret its data, stringData and the last-applied annotation, which repeats them.
 * All else stays as it was, in its order. What is given is not changed.
 */
export function pruneObject(object: KubeObject): PrunedObject {
  const digest = digestManagedFields(object.metadata["managedFields"]);
  if (isSecret(object)) return { object: withoutValues(object), digest };
  if (object.metadata["managedFields"] === undefined) return { object, digest };
  const { managedFields: _, ...metadata } = object.metadata;
  return { object: { ...object, metadata: metadata as ObjectMeta }, digest };
}

/** The change as it may be told on. */
export const pruneChange = (change: Change): Change => ({ ...change, object: pruneObject(change.object).object });

const isSecret = ({ apiVersion, kind }: KubeObject): boolean => kind === "Secret" && apiVersion === "v1";

function withoutValues(secret: KubeObject): KubeObject {
  const { data: _, stringData: __, ...rest } = secret;
  const { managedFields: ___, annotations, ...metadata } = rest.metadata;
  return { ...rest, metadata: { ...metadata, ...keptAnnotations(annotations) } as ObjectMeta };
}

/** An object without annotations has no empty map of them, as the API server gives it. */
function keptAnnotations(annotations: ObjectMeta["annotations"]): JsonObject {
  if (annotations === undefined) return {};
  const { [lastApplied]: _, ...kept } = annotations;
  return Object.keys(kept).length === 0 ? {} : { annotations: kept };
}
