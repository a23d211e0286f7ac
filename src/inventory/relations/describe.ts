import { type Attributes, attributesOf, type KubeObject, type ObjectRef } from "../../model/index.ts";
import { type ObjectName, type Store } from "../model.ts";
import { explainRelation } from "./explain.ts";
import { type NamedEnd, type Relation, type RelationsQuery, type RelationType } from "./model.ts";

/** An object at one end, and what it is worth knowing. */
export type DescribedEnd = ObjectRef & Readonly<{ attributes: Attributes }>;

/** "`from` `type` `to`", and why, in words. `missing` instead of `to`: an end that does not exist (yet). Plain data. */
export type DescribedRelation = Readonly<{ type: RelationType; because: string; from: DescribedEnd }> &
  (Readonly<{ to: DescribedEnd }> | Readonly<{ missing: NamedEnd }>);

/**
 * Tells relations of a store for people, with the attributes of each end and the reason. Each object is read once (about
 * 30 µs), however many relations it has: for one answer, not for longer. Whoever has many lets the event loop turn.
 */
export function createDescriber(store: Pick<Store, "get">): (relation: Relation) => DescribedRelation {
  const known = new Map<string, Described>();
  const describe = (ref: ObjectRef): Described => {
    const key = `${ref.group}/${ref.kind} ${ref.namespace ?? ""} ${ref.name}`;
    const described = known.get(key) ?? describeEnd(store, ref);
    known.set(key, described);
    return described;
  };
  return (relation) => {
    const from = describe(relation.from);
    const to = "to" in relation ? describe(relation.to) : undefined;
    const because = from.object === undefined ? "" : explainRelation(relation, { from: from.object, to: to?.object });
    const described = { type: relation.type, because, from: from.end };
    return "to" in relation
      ? { ...described, to: to?.end ?? { ...relation.to, attributes: {} } }
      : { ...described, missing: relation.missing };
  };
}

/** `cut` as in Relations. */
export type DescribedRelations = Readonly<{ relations: readonly DescribedRelation[]; cut: boolean }>;

/** All at once what `createDescriber` tells of `Store.relations`: for a limit of some hundreds, for it does not pause. */
export function describeRelations(
  store: Pick<Store, "get" | "relations">,
  name: ObjectName,
  query?: RelationsQuery,
): DescribedRelations | undefined {
  const found = store.relations(name, query);
  return found && { relations: found.relations.map(createDescriber(store)), cut: found.cut };
}

type Described = Readonly<{ end: DescribedEnd; object: KubeObject | undefined }>;

function describeEnd(store: Pick<Store, "get">, ref: ObjectRef): Described {
  const object = store.get(ref)?.object();
  return { end: { ...ref, attributes: object === undefined ? {} : attributesOf(object) }, object };
}
