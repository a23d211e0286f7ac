import { type IpAddress, type IpFamily } from "../../model/index.ts";
import { type Occupied } from "./choose.ts";
import { type NodeRange, type RangeUsage } from "./model.ts";
import { capacityOf, givesOut } from "./pool.ts";

type Resting = Readonly<{ address: IpAddress; sinceMs: number }>;

/** Which addresses are held and which rest, in memory. */
export class Occupancy implements Occupied {
  readonly #restMs: number;
  readonly #held: Readonly<Record<IpFamily, Map<bigint, string>>> = { 4: new Map(), 6: new Map() };
  /** In the order in which they were given back. */
  readonly #resting: Readonly<Record<IpFamily, Map<bigint, Resting>>> = { 4: new Map(), 6: new Map() };
  /** By the first address of their range. */
  readonly #last = new Map<string, IpAddress>();

  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  hold({ family, value }: IpAddress, holder: string): void {
    this.#held[family].set(value, holder);
    this.#resting[family].delete(value);
  }

  /** Gives an address back. */
  rest(address: IpAddress, sinceMs: number): void {
    const { family, value } = address;
    this.#held[family].delete(value);
    this.#resting[family].delete(value);
    this.#resting[family].set(value, { address, sinceMs });
  }

  /** Forgets who has rested long enough; answers whether there was one. A clock that went back lets none rest longer. */
  wake(nowMs: number): boolean {
    let found = false;
    for (const family of [4, 6] as const) {
      for (const [value, { sinceMs }] of this.#resting[family]) {
        if (Math.abs(nowMs - sinceMs) < this.#restMs) continue;
        this.#resting[family].delete(value);
        found = true;
      }
    }
    return found;
  }

  /** Remembers what was given out last. */
  gave(range: NodeRange, address: IpAddress): void {
    this.#last.set(keyOf(range), address);
  }

  holderOf({ family, value }: IpAddress): string | undefined {
    return this.#held[family].get(value);
  }

  isResting({ family, value }: IpAddress): boolean {
    return this.#resting[family].has(value);
  }

  lastOf(range: NodeRange): IpAddress | undefined {
    return this.#last.get(keyOf(range));
  }

  longestResting(range: NodeRange): IpAddress | undefined {
    for (const { address } of this.#resting[range.first.family].values()) if (givesOut(range, address)) return address;
    return undefined;
  }

  hasFree(range: NodeRange): boolean {
    // More of the family are held than here at most: to count is work for each of a thousand pods.
    const { size } = this.#held[range.first.family];
    return capacityOf(range) > BigInt(size) || this.usageOf(range).free > 0n;
  }

  usageOf(range: NodeRange): RangeUsage {
    const held = countIn(range, this.#held[range.first.family].keys());
    const resting = countIn(range, this.#resting[range.first.family].keys());
    return { range, held, resting, free: capacityOf(range) - BigInt(held) };
  }
}

const keyOf = ({ first, last }: NodeRange): string => `${first.family}/${first.value}/${last.value}`;

function countIn(range: NodeRange, values: Iterable<bigint>): number {
  const { family } = range.first;
  let count = 0;
  for (const value of values) if (givesOut(range, { family, value })) count++;
  return count;
}
