import { UsageError } from "../../base/index.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "1h30m", "5s", "250ms", "2d" or bare seconds, in milliseconds; anything else is a UsageError naming `flag`. */
export function parseDuration(text: string, flag: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text))
    throw new UsageError(`${flag}: "${text}" is no duration: expected one like 5s, 2m or 1h30m`);
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    sumMs += Number(amount) * (unitsMs[unit ?? ""] ?? 0);
  return sumMs;
}
