import { createHmac, randomBytes } from "node:crypto";
import { isJsonObject } from "../../model/index.ts";

/** Drawn once a process: a fingerprint that leaks tells nothing of the secret in it, not even to who guesses. */
let key: Buffer | undefined;

/** Equal for equal values, secrets included; differs from process to process. Functions count for nothing. */
export function fingerprint(value: unknown): string {
  key ??= randomBytes(32);
  return createHmac("sha256", key).update(JSON.stringify(value, reveal)).digest("base64url");
}

/** Marks what was secret, so that it is never equal to plain text; keys in one order. */
function reveal(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("reveal" in value && typeof value.reveal === "function") return { secret: value.reveal() as unknown };
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
