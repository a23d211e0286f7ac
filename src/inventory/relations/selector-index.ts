import { type LabelSelector } from "../../model/index.ts";

/** Which rows select pods, by the namespace that they select in. */
export type SelectorIndex = Readonly<{
  /** Undefined: the row selects nothing. */
  set(row: number, namespace: string, selector: LabelSelector | undefined): void;
  remove(row: number): void;
  selectorOf(row: number): LabelSelector | undefined;
  inNamespace(namespace: string): Iterable<number>;
}>;

export function createSelectorIndex(): SelectorIndex {
  const selectors = new Map<number, Readonly<{ namespace: string; selector: LabelSelector }>>();
  const byNamespace = new Map<string, Set<number>>();
  const remove = (row: number): void => {
    const known = selectors.get(row);
    if (known === undefined) return;
    selectors.delete(row);
    const rows = byNamespace.get(known.namespace);
    rows?.delete(row);
    if (rows?.size === 0) byNamespace.delete(known.namespace);
  };
  return {
    set(row, namespace, selector) {
      remove(row);
      if (selector === undefined) return;
      selectors.set(row, { namespace, selector });
      const rows = byNamespace.get(namespace);
      if (rows === undefined) byNamespace.set(namespace, new Set([row]));
      else rows.add(row);
    },
    remove,
    selectorOf: (row) => selectors.get(row)?.selector,
    inNamespace: (namespace) => byNamespace.get(namespace) ?? [],
  };
}
