import { inspect } from "node:util";

/** A value that nothing prints by accident: it lives in a closure until someone who needs it asks. */
export type Secret<T = string> = Readonly<{ reveal(): T }>;

export const secret = <T>(value: T): Secret<T> => ({ reveal: () => value });

/**
 * The same object, frozen, that shows `shown()` of itself to console.log, util.inspect and JSON.stringify. A copy of it
 * (`{ ...object }`) is no longer guarded.
 */
export function guarded<T extends object>(object: T, shown: () => unknown): Readonly<T> {
  for (const key of [inspect.custom, "toJSON"]) Object.defineProperty(object, key, { value: shown });
  return Object.freeze(object);
}

/** A URL as it may be shown: a password in it is replaced. What is no URL is not shown at all. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return "(not a URL)";
  const parsed = new URL(url);
  if (parsed.username === "" && parsed.password === "") return url;
  parsed.username = "redacted";
  parsed.password = "";
  return parsed.href;
}
