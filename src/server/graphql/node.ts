import { type ObjectName, type StoredObject } from "../../inventory/index.ts";
import { type KubeObject, type ObjectRef } from "../../model/index.ts";
import { type ServerDeps } from "../model.ts";

/** One object as GraphQL answers it: as stored, or as an event told it, or only its name where it is not there. */
export type ResourceNode = Readonly<{
  name: ObjectName & Partial<Pick<ObjectRef, "version" | "uid">>;
  /** Undefined where it does not exist. Parsed when it is first asked for, and then kept. */
  object(): KubeObject | undefined;
  exists: boolean;
}>;

/** What the store holds under a name now, or its absence. */
export function nodeOf({ store }: Pick<ServerDeps, "store">, name: ObjectName): ResourceNode {
  const stored = store.get(name);
  return stored === undefined ? { name, object: () => undefined, exists: false } : storedNode(stored);
}

/** What was found to be there a moment ago; read when something of it is asked for that its reference does not tell. */
export function foundNode({ store }: Pick<ServerDeps, "store">, ref: ObjectRef): ResourceNode {
  let parsed: KubeObject | undefined;
  return { name: ref, object: () => (parsed ??= store.get(ref)?.object()), exists: true };
}

export function storedNode(stored: StoredObject): ResourceNode {
  let parsed: KubeObject | undefined;
  return { name: stored.ref, object: () => (parsed ??= stored.object()), exists: true };
}

/** An object as it was told; `exists` false once it is deleted. */
export const toldNode = (
  name: ResourceNode["name"],
  object: KubeObject | undefined,
  exists: boolean,
): ResourceNode => ({
  name,
  object: () => object,
  exists,
});
