import { z } from "zod";
import { nearestWord } from "../../base/index.ts";
import { toDnsLabel } from "../cluster-ids.ts";
import { type ConfigDocument, type KeyPath, keyText, type Problem, shownCharacters } from "./document.ts";
import { parseDurationMs } from "./duration.ts";
import { authMethods } from "./model.ts";
import { configSchema } from "./schema.ts";

/** What the schema finds wrong with single values: what was found, what was expected, and the near word. */
export function findValueProblems(document: ConfigDocument): readonly Problem[] {
  const result = configSchema.safeParse(document.value ?? {});
  return result.success ? [] : result.error.issues.flatMap((issue) => explainIssue(document, issue));
}

function explainIssue(document: ConfigDocument, issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(document, [...path, key]));
  const written = document.written(path);
  const found = valueAt(document.value, path);
  const words =
    found === undefined ? "missing" : `found ${isEmpty(found) ? emptyText(written) : foundText(written, path)}`;
  const message = `${words}, expected ${issue.message}${nearValue(written, path)}`;
  return [{ position: document.valuePosition(path), key: keyText(path), message }];
}

function unknownKey(document: ConfigDocument, path: KeyPath): Problem {
  const known = knownKeys(path.slice(0, -1));
  const near = nearestWord(String(path.at(-1)), known);
  const hint = near === undefined ? `expected one of ${known.join(", ")}` : `did you mean ${near}?`;
  return { position: document.keyPosition(path), key: keyText(path), message: `unknown key; ${hint}` };
}

/** The keys that the schema has at a path. */
function knownKeys(path: KeyPath): readonly string[] {
  let schema: unknown = configSchema;
  for (const part of path) {
    if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodObject) schema = schema.shape[part];
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((inner: unknown, part) => Object(inner)[part], value);

const isEmpty = (value: unknown): boolean => typeof value === "string" && value.trim() === "";

/** Shows the variables that turned out empty. */
const emptyText = (written: unknown): string =>
  typeof written === "string" && written.includes("${") ? `an empty text (${written})` : "an empty text";

/** A value as a person would name it; never one that is, or may hold, a secret. */
function foundText(written: unknown, path: KeyPath): string {
  if (written === null) return "nothing";
  if (Array.isArray(written)) return "a list";
  if (typeof written === "object") return "keys and values";
  if (isSecret(written, path)) return typeof written === "string" ? "a text (not shown)" : `a ${typeof written}`;
  const text = typeof written === "string" ? JSON.stringify(written) : String(written);
  return text.length > shownCharacters + 2 ? `a text of ${text.length - 2} characters` : text;
}

const isSecret = (written: unknown, path: KeyPath): boolean =>
  path.includes("service_account_token") || (path.at(-1) === "api_server_url" && String(written).includes("@"));

/** "; did you mean …?" where a slip is likely. */
function nearValue(written: unknown, path: KeyPath): string {
  if (written === undefined) return "";
  const near = nearWord(String(written), String(path.at(-1)));
  return near === undefined || near === written ? "" : `; did you mean ${near}?`;
}

function nearWord(written: string, key: string): string | undefined {
  if (key === "id" || key === "default_namespace") return toDnsLabel(written);
  if (key === "auth_method") return nearestWord(written.replace("-", "_"), authMethods);
  const shortened = written.replaceAll(" ", "");
  if (["timeout", "cache_ttl", "resync_period"].includes(key))
    return [shortened, `${shortened}s`].find((text) => (parseDurationMs(text) ?? 0) >= 1);
  if (key !== "insecure" && !key.startsWith("enable_")) return undefined;
  // YAML 1.1 took these words for true and false; YAML 1.2 takes them for text.
  if (/^(yes|on|y)$/i.test(written)) return "true";
  return /^(no|off|n)$/i.test(written) ? "false" : undefined;
}
