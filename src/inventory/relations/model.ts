import { type KubeObject } from "../../model/index.ts";
import { type KindRef } from "../model.ts";

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

/** Pure: what the fields of an object of certain kinds name, in the order of its fields. */
export type Extractor = (object: KubeObject) => readonly Reference[];
