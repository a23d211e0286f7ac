import { type KubeObject, type ObjectRef } from "../../model/index.ts";
import { type KindRef } from "../kind-ref.ts";

/** How an object relates to another that one of its own fields names; read "from type to". */
export type ReferenceType =
  | "owned_by"
  | "runs_on"
  | "uses"
  | "bound_to"
  | "routes_to"
  | "scales"
  | "binds"
  | "attached_to"
  | "in_namespace";

/** An end that may not exist (yet). Without `namespace` it is cluster-wide, or, for an owner, may be either. */
export type NamedEnd = KindRef & Readonly<{ namespace?: string; name: string; uid?: string }>;

/** One relation, and the path of the field that states it: "spec.volumes[0].configMap.name". */
export type Reference = Readonly<{ type: ReferenceType; to: NamedEnd; field: string }>;

/** A reference whose path is put into words only where it is asked for: indexes, which see each object, never do. */
export type Mention = Omit<Reference, "field"> & Readonly<{ field(): string }>;

/** Pure: what the fields of an object of certain kinds name, in the order of its fields. */
export type Extractor = (object: KubeObject) => readonly Mention[];

/** All relations: those of fields, and those seen only by looking at other objects. */
export type RelationType = ReferenceType | "manages" | "selects" | "instance_of";

/** How far to go from an object (default one hop), along which relations, at most how many (default 1,000). */
export type RelationsQuery = Readonly<{
  depth?: number;
  types?: readonly RelationType[];
  /**
   * "out": what the object relates to; "in": what relates to it; default both. "tree": what belongs together: the
   * object, and what it owns, in both directions; everything else is gone on from in the direction that led to it.
   */
  direction?: "out" | "in" | "both" | "tree";
  limit?: number;
}>;

/** "`from` `type` `to`", whichever of the two was reached first. An end of the store is an ObjectRef; others are missing. */
export type Relation = Readonly<
  { type: RelationType; from: ObjectRef; to: ObjectRef } | { type: RelationType; from: ObjectRef; missing: NamedEnd }
>;

/** What was found; `cut` is true when there was more than the limit. */
export type Relations = Readonly<{ relations: readonly Relation[]; cut: boolean }>;
