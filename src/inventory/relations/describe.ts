import { type Attributes, attributesOf, type KubeObject, type ObjectRef } from "../../model/index.ts";
import { type ObjectName, type Store } from "../model.ts";
import { explainRelation } from "./explain.ts";
import { type NamedEnd, type RelationsQuery, type RelationType } from "./model.ts";

/** An object at one end, and what it is worth knowing. */
export type DescribedEnd = ObjectRef & Readonly<{ attributes: Attributes }>;

/** "`from` `type` `to`", and why, in words. `missing` instead of `to`: an end that does not exist (yet). */
export type DescribedRelation = Readonly<{ type: RelationType; because: string; from: DescribedEnd }> &
  (Readonly<{ to: DescribedEnd }> | Readonly<{ missing: NamedEnd }>);

/** The object itself, and its relations with both ends described; `cut` as in Relations. */
export type DescribedRelations = Readonly<{
  root: DescribedEnd;
  relations: readonly DescribedRelation[];
  cut: boolean;
}>;

/**
 * The relations of an object for people: `Store.relations` with the attributes of each end and the reason of each
 * relation. Plain data, ready to be JSON. Undefined when the object is not there.
 */
export function describeRelations(
  store: Pick<Store, "get" | "relations">,
  name: ObjectName,
  query?: RelationsQuery,
): DescribedRelations | undefined {
  const root = store.get(name)?.ref;
  const found = store.relations(name, query);
  if (root === undefined || found === undefined) return undefined;
  const known = new Map<string, Described>();
  const describe = (ref: ObjectRef): Described => {
    const key = `${ref.group}/${ref.kind} ${ref.namespace ?? ""} ${ref.name}`;
    const described = known.get(key) ?? describeEnd(store, ref);
    known.set(key, described);
    return described;
  };
  return {
    root: describe(root).end,
    relations: found.relations.map((relation): DescribedRelation => {
      const from = describe(relation.from);
      const to = "to" in relation ? describe(relation.to) : undefined;
      const because = from.object === undefined ? "" : explainRelation(relation, { from: from.object, to: to?.object });
      const described = { type: relation.type, because, from: from.end };
      if (to !== undefined) return { ...described, to: to.end };
      return { ...described, missing: "missing" in relation ? relation.missing : relation.to };
    }),
    cut: found.cut,
  };
}

type Described = Readonly<{ end: DescribedEnd; object: KubeObject | undefined }>;

function describeEnd(store: Pick<Store, "get">, ref: ObjectRef): Described {
  const object = store.get(ref)?.object();
  return { end: { ...ref, attributes: object === undefined ? {} : attributesOf(object) }, object };
}
