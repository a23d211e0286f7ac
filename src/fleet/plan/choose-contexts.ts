import { nearestWord, UsageError } from "../../base/index.ts";

/** What tells one context from another. `identity` is equal for contexts of one server and one user. */
export type ContextIdentity = Readonly<{ name: string; identity: string; current: boolean }>;

/** One cluster of the fleet: the context that it goes by, and the others that mean the same. */
export type ContextGroup<T> = Readonly<{ chosen: T; others: readonly T[] }>;

export type ContextChoice = Readonly<{
  /** Only these; empty: all. */
  only: readonly string[];
  /** Names by which clusters are known already. */
  prefer?: readonly string[] | undefined;
}>;

/**
 * One group for each server and user, in order of first appearance, limited to the contexts named in `only` (all when
 * it is empty). A group goes by a preferred context, by the current one if that is in it, else by its first. An unknown name is a UsageError.
 */
export function chooseContexts<T extends ContextIdentity>(
  contexts: readonly T[],
  { only, prefer = [] }: ContextChoice,
): readonly ContextGroup<T>[] {
  const names = new Set(contexts.map(({ name }) => name));
  const unknown = only.filter((name) => !names.has(name));
  if (unknown.length > 0) throw new UsageError(unknown.map((name) => unknownContext(name, [...names])).join("\n"));
  const allowed = only.length === 0 ? contexts : contexts.filter(({ name }) => only.includes(name));
  return [...Map.groupBy(allowed, ({ identity }) => identity).values()].flatMap((same) => {
    const preferred = same.find(({ name }) => prefer.includes(name));
    const chosen = preferred ?? same.find(({ current }) => current) ?? same[0];
    return chosen === undefined ? [] : [{ chosen, others: same.filter((context) => context !== chosen) }];
  });
}

function unknownContext(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  const advice = near === undefined ? `expected one of ${listed(known)}` : `did you mean "${near}"?`;
  return `there is no context "${name}"; ${advice}`;
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? "none: there are no contexts" : names.slice(0, 10).join(", ") + (names.length > 10 ? ", …" : "");

/** What is told of a group that holds more than one context. */
export function explainGroup({ chosen, others }: ContextGroup<ContextIdentity>): string | undefined {
  if (others.length === 0) return undefined;
  const why = chosen.current ? "the current context" : "the first of them";
  const names = others.map(({ name }) => name).join(", ");
  return `context ${chosen.name} stands for ${names} too (same server, same user): it is ${why}; --context chooses another`;
}
