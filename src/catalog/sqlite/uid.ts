import { textIn } from "./row.ts";

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A uid as the file keeps it: 16 bytes where it is a UUID in canonical form, else the text itself. */
export const storedUid = (uid: string): string | Uint8Array =>
  canonical.test(uid) ? Buffer.from(uid.replaceAll("-", ""), "hex") : uid;

/** The uid of what `storedUid` made. Anything else is damage. */
export function uidOf(stored: unknown): string {
  if (!(stored instanceof Uint8Array) || stored.length !== 16) return textIn(stored);
  const hex = Buffer.from(stored.buffer, stored.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
