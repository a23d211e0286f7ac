import { UsageError } from "../../base/index.ts";

/** One step from values to values, in kubectl's JSONPath. */
export type Step =
  | Readonly<{ do: "field"; name: string }>
  /** A quoted key; kubectl reads it as a path, so it is one where no key has that name. */
  | Readonly<{ do: "key"; name: string; path: Path }>
  | Readonly<{ do: "wildcard" }>
  | Readonly<{ do: "descend" }>
  | Readonly<{ do: "slice"; from: number | undefined; to: number | undefined; by: number | undefined }>
  | Readonly<{ do: "index"; index: number }>
  | Readonly<{ do: "union"; paths: readonly Path[] }>
  | Readonly<{ do: "filter"; left: Path; operator: Operator; right: Path }>
  /** Gives this value, whatever came before: quoted text, numbers and booleans. */
  | Readonly<{ do: "literal"; value: string | number | boolean }>;

export type Operator = "exists" | "==" | "!=" | "<" | "<=" | ">" | ">=";

export type Path = readonly Step[];

/** A template is text and paths in turn; a range repeats its body for every value of its path. */
export type Part =
  | Readonly<{ do: "text"; text: string }>
  | Readonly<{ do: "path"; path: Path }>
  | Readonly<{ do: "range"; path: Path; body: readonly Part[] }>;

export type Template = readonly Part[];

/** What is wrong with a template, and where: columns count from 1. */
export function syntaxError(text: string, position: number, problem: string): UsageError {
  return new UsageError(`JSONPath ${text}: ${problem} at column ${position + 1}`, { code: "HEDDLE_JSONPATH_SYNTAX" });
}
