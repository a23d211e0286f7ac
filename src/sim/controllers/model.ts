import { type Random } from "../../base/index.ts";
import { type JsonObject, type KubeObject } from "../../model/index.ts";

/** What one step of a controller wants changed. "remove" takes away what waits for its end, whatever holds it. */
export type Intent =
  | Readonly<{ type: "create" | "update" | "status"; collection: string; object: KubeObject }>
  | Readonly<{ type: "delete" | "remove"; collection: string; namespace: string; name: string }>;

export type Owned = Readonly<{ collection: string; object: KubeObject }>;

/** What a step sees: the objects as they are. */
export type View = Readonly<{
  nowMs: number;
  random: Random;
  get(collection: string, namespace: string, name: string): KubeObject | undefined;
  list(collection: string, namespace?: string): readonly KubeObject[];
  /** At most so many objects, by chance; all where there are no more. */
  sample(collection: string, count: number): readonly KubeObject[];
  /** Objects of any kind that name this uid as an owner. */
  ownedBy(uid: string): readonly Owned[];
  /** Everything in a namespace, of any kind. */
  inNamespace(namespace: string): readonly Owned[];
}>;

/** From one object as it is to what should be done about it: pure, and nothing when all is well. */
export type Step = (object: KubeObject, view: View) => readonly Intent[];

/** A step that is to be taken again after a while, although nothing changed. */
export type TimedStep = Readonly<{ intents: readonly Intent[]; againInMs?: number }>;

export const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? "";
export const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? "";
export const isEnding = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** The object with another status, as an intent; none where it is the same already. */
export function statusIntent(collection: string, object: KubeObject, status: JsonObject): readonly Intent[] {
  const same = JSON.stringify(object["status"] ?? {}) === JSON.stringify(status);
  return same ? [] : [{ type: "status", collection, object: { ...object, status } as KubeObject }];
}

/** The reference by which a controller's object is owned. */
export const controllerReference = (owner: KubeObject) => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: uidOf(owner),
  controller: true,
  blockOwnerDeletion: true,
});
