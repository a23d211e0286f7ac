import { type NamedEnd, type Reference, type ReferenceType } from "./model.ts";

/** All rows that relate to one end in one way. */
export type EndGroup = Readonly<{ type: ReferenceType; to: NamedEnd; rows: Set<number> }>;

/** Which ends each row names, and which rows name an end, whether that exists or not. */
export type EndIndex = Readonly<{
  set(row: number, references: readonly Reference[]): void;
  remove(row: number): void;
  /** Distinct. */
  endsOf(row: number): readonly EndGroup[];
  groups(to: NamedEnd): Iterable<EndGroup>;
}>;

const none: readonly EndGroup[] = [];

/** Ends that another index of the table answers for. */
const indexedElsewhere: ReadonlySet<ReferenceType> = new Set(["owned_by", "runs_on", "in_namespace"]);

export function createEndIndex(): EndIndex {
  const byEnd = new Map<string, Map<ReferenceType, EndGroup>>();
  const endsOf: (readonly EndGroup[])[] = [];

  const groupOf = ({ type, to }: Reference): EndGroup => {
    const name = endName(to);
    const types = byEnd.get(name) ?? new Map<ReferenceType, EndGroup>();
    const group = types.get(type) ?? { type, to, rows: new Set<number>() };
    byEnd.set(name, types.set(type, group));
    return group;
  };
  const remove = (row: number): void => {
    for (const { type, to, rows } of endsOf[row] ?? none) {
      rows.delete(row);
      if (rows.size > 0) continue;
      const types = byEnd.get(endName(to));
      types?.delete(type);
      if (types?.size === 0) byEnd.delete(endName(to));
    }
    endsOf[row] = none;
  };
  return {
    set(row, references) {
      remove(row);
      const groups = new Set(references.filter(({ type }) => !indexedElsewhere.has(type)).map(groupOf));
      if (groups.size === 0) return;
      for (const { rows } of groups) rows.add(row);
      endsOf[row] = [...groups];
    },
    remove,
    endsOf: (row) => endsOf[row] ?? none,
    groups: (to) => byEnd.get(endName(to))?.values() ?? [],
  };
}

const endName = ({ group, kind, namespace = "", name }: NamedEnd): string => `${group}/${kind} ${namespace} ${name}`;
