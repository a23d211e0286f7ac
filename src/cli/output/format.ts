import { UsageError } from "../../base/index.ts";

/** What -o asks for. `template` is what stands behind "jsonpath=" or "custom-columns=". */
export type OutputFormat =
  | Readonly<{ kind: "table" | "wide" | "json" | "yaml" | "name" }>
  | Readonly<{ kind: "jsonpath" | "custom-columns"; template: string }>;

const plain = new Set(["table", "wide", "json", "yaml", "name"] as const);
const templated = new Set(["jsonpath", "custom-columns"] as const);

/** Reads the value of -o; undefined is a table. Unknown formats are a UsageError that lists the known ones. */
export function parseOutputFormat(text: string | undefined): OutputFormat {
  if (text === undefined || text === "") return { kind: "table" };
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const template = equals < 0 ? "" : text.slice(equals + 1);
  if (isIn(plain, name) && equals < 0) return { kind: name };
  if (isIn(templated, name) && template !== "") return { kind: name, template };
  if (isIn(templated, name)) throw new UsageError(`-o ${name} wants its template behind it: -o ${name}=…`);
  throw new UsageError(
    `-o ${text}: expected one of ${[...plain].join(", ")}, ${[...templated].map((kind) => `${kind}=…`).join(", ")}`,
  );
}

const isIn = <T extends string>(set: ReadonlySet<T>, text: string): text is T => set.has(text as T);
