import { LineCounter, parseAllDocuments } from "yaml";
import { type ZodType } from "zod";
import { UsageError } from "../../base/index.ts";
import { type DocumentPath, placeInYaml } from "./yaml-place.ts";

/** A parsed YAML (or JSON) text that still knows where everything stood. */
export type YamlDocument = Readonly<{
  file: string;
  value: unknown;
  /** The line (from 1) of the key at a path; of its nearest ancestor where the path does not exist. */
  lineOf(path: DocumentPath): number;
}>;

/**
 * Reads the first document of a text as kubectl does: YAML 1.1, a repeated key counts as its last.
 * Fails with a UsageError that names file, line and column and quotes nothing of the text: it may hold secrets.
 */
export function parseYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: "1.1",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines,
  });
  const document = documents[0];
  if (document === undefined) return { file, value: null, lineOf: () => 1 };
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const what = error.code.toLowerCase().replaceAll("_", " ");
    throw invalidDocument(`${file}:${line}:${col}: this is no YAML (${what})`);
  }
  const lineOf = (path: DocumentPath): number => lines.linePos(placeInYaml(document, path).keyOffset).line;
  return { file, value: valueOf(document, file), lineOf };
}

/**
 * The document's value as the schema makes it. Fails with a UsageError that names file, line and key of the first
 * mistakes, what was found and what is expected, never a value.
 */
export function checkYaml<T>(document: YamlDocument, schema: ZodType<T>): T {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.filter((key) => typeof key !== "symbol");
    const where = `${document.file}:${document.lineOf(path)}`;
    const key = path.length === 0 ? "" : `${pathText(path)}: `;
    const expected = issue.code === "invalid_type" ? issue.expected : undefined;
    return `${where}: ${key}${expected === undefined ? issue.message : mismatch(expected, valueAt(document.value, path))}`;
  });
  const most = 5;
  const more = problems.length > most ? [`and ${problems.length - most} more`] : [];
  throw invalidDocument([...problems.slice(0, most), ...more].join("\n"));
}

/** "users[2].user.token" */
export const pathText = (path: DocumentPath): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");

const invalidDocument = (message: string): UsageError => new UsageError(message, { code: "HEDDLE_KUBECONFIG_INVALID" });

function valueOf(document: Readonly<{ toJS(): unknown }>, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw invalidDocument(`${file}: its YAML aliases refer to nothing, or to too much`);
  }
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[key];
  }
  return current;
}

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  boolean: "true or false",
  number: "a number",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function mismatch(expected: string, found: unknown): string {
  const quotes = expected === "string" && found !== null && ["number", "boolean"].includes(typeof found);
  return `expected ${kinds[expected] ?? expected}, found ${kindOf(found)}${quotes ? "; put it in quotes" : ""}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value instanceof Date) return "a date; put it in quotes";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return "a boolean";
  return kinds[typeof value] ?? typeof value;
}
