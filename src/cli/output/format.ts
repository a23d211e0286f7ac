import { UsageError } from "../../base/index.ts";
import { type Template } from "../json-path/syntax.ts";
import { type CustomColumn } from "./custom-columns.ts";

/** What -o asks for, ready to print. */
export type OutputFormat =
  | Readonly<{ kind: "table"; wide: boolean }>
  | Readonly<{ kind: "json" | "yaml" | "name" }>
  | Readonly<{ kind: "jsonpath"; template: Template }>
  | Readonly<{ kind: "custom-columns"; columns: readonly CustomColumn[] }>;

const tables = new Set(["table", "wide"] as const);
const documents = new Set(["json", "yaml", "name"] as const);
const templated = new Set(["jsonpath", "custom-columns"] as const);

/** Reads the value of -o; undefined is a table. A format or template that is none is a UsageError. */
export async function parseOutputFormat(text: string | undefined): Promise<OutputFormat> {
  if (text === undefined || text === "") return { kind: "table", wide: false };
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const template = equals < 0 ? "" : text.slice(equals + 1);
  if (isIn(tables, name) && equals < 0) return { kind: "table", wide: name === "wide" };
  if (isIn(documents, name) && equals < 0) return { kind: name };
  if (isIn(templated, name) && template !== "") return parseTemplated(name, template);
  if (isIn(templated, name)) throw new UsageError(`-o ${name} wants its template behind it: -o ${name}=…`);
  const known = [...tables, ...documents, ...[...templated].map((kind) => `${kind}=…`)];
  throw new UsageError(`-o ${text}: expected one of ${known.join(", ")}`);
}

const isIn = <T extends string>(set: ReadonlySet<T>, text: string): text is T => set.has(text as T);

async function parseTemplated(kind: "jsonpath" | "custom-columns", text: string): Promise<OutputFormat> {
  if (kind === "custom-columns") {
    const { parseCustomColumns } = await import("./custom-columns.ts");
    return { kind, columns: parseCustomColumns(text) };
  }
  const { parsePath, parseTemplate } = await import("../json-path/parse.ts");
  // A template without braces is one path: nobody wants its own text back.
  return { kind, template: text.includes("{") ? parseTemplate(text) : [{ do: "path", path: parsePath(text) }] };
}
