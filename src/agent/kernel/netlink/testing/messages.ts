import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAddress } from "../../../../model/index.ts";
import { decodeMessages, encodeMessage, type Message, type Reply } from "../message.ts";

/** The bytes of a message with sequence 7. */
export const hex = (message: Message): string => Buffer.from(encodeMessage(message, 7)).toString("hex");

/** Lines of bytes with what they mean behind them: a header or an attribute a line. */
export const bytes = (lines: string): string => lines.replaceAll(/\/\/.*$/gm, "").replaceAll(/\s/g, "");

/** What the kernel would say of it: its answers have the form of what it is asked. */
export function echo(message: Message): Reply {
  const [reply] = decodeMessages(encodeMessage(message, 1));
  assert.ok(reply);
  return reply;
}

/** Any address, of either family. */
export const addressText: fc.Arbitrary<string> = fc
  .constantFrom<4 | 6>(4, 6)
  .chain((family) =>
    fc
      .bigInt({ min: 0n, max: (1n << (family === 4 ? 32n : 128n)) - 1n })
      .map((value) => formatAddress({ family, value })),
  );

/** The number of any link. */
export const linkIndex: fc.Arbitrary<number> = fc.integer({ min: 1, max: 0x7fffffff });

/** Any MAC address. */
export const macText: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((value) => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(":"));
