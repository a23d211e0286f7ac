import { z } from "zod";
import { nearestWord } from "../../base/index.ts";
import { cniCodes, CniError } from "./errors.ts";

/** One thing that is wrong with a request's JSON. */
export type ConfigProblem = Readonly<{ path: readonly PropertyKey[]; message: string }>;

/** Longer values are not shown whole. */
const shownCharacters = 63;

/** "ipam.ranges[0][1].subnet"; a key with dots in it stands in brackets. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");

/** Code 7, with every problem's path: `ipam.gateway: "10.9.0.1": …`. */
export const invalidConfig = (problems: readonly ConfigProblem[], root?: unknown): CniError =>
  new CniError("invalid network configuration", {
    cniCode: cniCodes.invalidConfig,
    details: problems.map((problem) => problemText(problem, root)).join("; "),
  });

function problemText({ path, message }: ConfigProblem, root: unknown): string {
  const where = pathText(path) || "the configuration";
  const found = valueAt(root, path);
  if (found === undefined && message.startsWith("expected")) return `${where}: missing: ${message}`;
  const shown = found === undefined || message.includes(String(found)) ? "" : `${shownValue(found)}: `;
  return `${where}: ${shown}${message}`;
}

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    root,
  );

function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}

/** What zod found, one problem a key that nobody knows. `known` tells the keys that stand beside one. */
export function problemsOf(
  error: z.ZodError,
  known: (path: readonly PropertyKey[]) => readonly string[],
): readonly ConfigProblem[] {
  return error.issues.flatMap((issue): readonly ConfigProblem[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
    return issue.keys.map((key) => {
      const near = nearestWord(key, known(issue.path));
      return {
        path: [...issue.path, key],
        message: `no such field${near === undefined ? "" : `; did you mean ${near}?`}`,
      };
    });
  });
}

/** The keys of the object that a schema has at a path. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysAt(schema.unwrap(), path);
  const [first, ...rest] = path;
  if (schema instanceof z.ZodArray) return first === undefined ? [] : keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<PropertyKey, z.core.$ZodType>> = schema.shape;
  if (first === undefined) return Object.keys(shape);
  const inner = shape[first];
  return inner === undefined ? [] : keysAt(inner, rest);
}
