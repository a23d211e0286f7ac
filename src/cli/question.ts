import { UsageError } from "../base/index.ts";

/** One kind that was asked for, by any of its names, and the names of objects if only some are wanted. */
export type Question = Readonly<{ kind: string; names?: readonly string[] }>;

/**
 * Reads kubectl's ways to name objects: `pods`, `pods,svc`, `pod a b`, `pods,svc a`, `pod/a svc/b`. Anything else is
 * a UsageError. Objects of one kind come together, kinds in the order given.
 */
export function parseQuestions(args: readonly string[], command: string): readonly Question[] {
  const [kinds = "", ...names] = args;
  if (args.length === 0)
    throw new UsageError(`say which kind of object: heddle ${command} pods. \`heddle api-resources\` lists all kinds.`);
  if (args.some((arg) => arg.includes("/"))) return slashed(args);
  const unique = [...new Set(kinds.split(",").map((kind) => kind.trim()))].filter((kind) => kind !== "");
  if (unique.length === 0) throw new UsageError(`"${kinds}" names no kind`);
  return unique.map((kind) => (names.length === 0 ? { kind } : { kind, names: [...new Set(names)] }));
}

function slashed(args: readonly string[]): readonly Question[] {
  const byKind = new Map<string, Set<string>>();
  for (const arg of args.flatMap((text) => text.split(","))) {
    const [kind, name, ...rest] = arg.split("/");
    if (!kind || !name || rest.length > 0)
      throw new UsageError(`"${arg}": with kind/name every argument has to be one, like pod/web-1`);
    byKind.set(kind, (byKind.get(kind) ?? new Set()).add(name));
  }
  return [...byKind].map(([kind, names]) => ({ kind, names: [...names] }));
}
