import { createRowGroups, type RowGroup } from "../table/row-groups.ts";
import { type NamedEnd, type ReferenceType } from "./model.ts";

/** One end that a row names, and how it relates to it. */
export type End = Readonly<{ type: ReferenceType; to: NamedEnd }>;

/** Some rows that relate to one end in one way. */
export type EndGroup = Readonly<{ type: ReferenceType; rows: Iterable<number> }>;

/** Which ends each row names, and which rows name an end, whether that exists or not. */
export type EndIndex = Readonly<{
  set(row: number, ends: readonly End[]): void;
  /** The same of what `endListOf` says of them. */
  setList(row: number, list: EndList): void;
  remove(row: number): void;
  /** Distinct. */
  endsOf(row: number): readonly End[];
  groups(to: NamedEnd): Iterable<EndGroup>;
}>;

const none: readonly End[] = [];

/** Ends that another index of the table answers for. */
const indexedElsewhere: ReadonlySet<ReferenceType> = new Set(["owned_by", "runs_on", "in_namespace"]);

type Ends = ReadonlyMap<string, End>;

/** Distinct ends by their names, and a text that is the same for the same ends; "" for none. */
export type EndList = Readonly<{ key: string; ends: Ends }>;

const noEnds: EndList = { key: "", ends: new Map() };

export function endListOf(named: readonly End[]): EndList {
  if (named.length === 0) return noEnds;
  const ends = new Map<string, End>();
  let key = "";
  for (const { type, to } of named) {
    if (indexedElsewhere.has(type)) continue;
    const name = `${type} ${endName(to)}`;
    if (ends.has(name)) continue;
    ends.set(name, { type, to });
    key += `${name}\n`;
  }
  return { key, ends };
}

/** Rows that name the same ends, as pods of one ReplicaSet do, share one list of them. */
export function createEndIndex(): EndIndex {
  const byEnd = new Map<string, Set<RowGroup<Ends>>>();
  const lists = createRowGroups<Ends>({
    opened(list) {
      for (const { to } of list.value.values()) byEnd.set(endName(to), (byEnd.get(endName(to)) ?? new Set()).add(list));
    },
    closed(list) {
      for (const { to } of list.value.values()) {
        const own = byEnd.get(endName(to));
        own?.delete(list);
        if (own?.size === 0) byEnd.delete(endName(to));
      }
    },
  });
  const setList = (row: number, { key, ends }: EndList): void => {
    if (key === "") lists.remove(row);
    else lists.set(row, key, () => ends);
  };
  return {
    set: (row, named) => setList(row, endListOf(named)),
    setList,
    remove: lists.remove,
    endsOf: (row) => [...(lists.of(row)?.value.values() ?? none)],
    *groups(to) {
      const name = endName(to);
      for (const { value, rows } of byEnd.get(name) ?? [])
        for (const { type, to: own } of value.values()) if (endName(own) === name) yield { type, rows };
    },
  };
}

const endName = ({ group, kind, namespace = "", name }: NamedEnd): string => `${group}/${kind} ${namespace} ${name}`;
