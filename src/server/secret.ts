import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A text that whoever shows it is let in: 256 bits from the system's generator, safe in headers and URLs. */
export type AccessSecret = Readonly<{ text: string; is(shown: string): boolean }>;

/** Compares in constant time, whatever is shown. */
export function createAccessSecret(): AccessSecret {
  const text = randomBytes(32).toString("base64url");
  const expected = digest(text);
  return { text, is: (shown) => timingSafeEqual(digest(shown), expected) };
}

/** Of equal length for whatever is shown, as the comparison wants it. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
