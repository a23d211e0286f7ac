import { setTimeout as sleep } from "node:timers/promises";
import { between, type Random } from "../../../src/base/index.ts";
import { type World } from "../world/world.ts";

/** How often something breaks, and how long a cluster may be away. */
export type FaultPace = Readonly<{ everyMs: number; awayMs: readonly [number, number] }>;

export type FaultCounts = Readonly<{ cut: number; forgotten: number; away: number }>;

/**
 * Breaks one cluster after the other until the signal aborts: half of the time its connections are cut; else they are
 * cut and no watch may resume from before (410); or it is away for a while. Afterwards all are there.
 */
export async function breakThings(
  world: World,
  { everyMs, awayMs }: FaultPace,
  { random, signal }: Readonly<{ random: Random; signal: AbortSignal }>,
): Promise<FaultCounts> {
  const counts = { cut: 0, forgotten: 0, away: 0 };
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    await pause(between(random, 0.5, 1.5) * everyMs);
    if (signal.aborted) break;
    const cluster = Math.floor(random() * world.clusters.length);
    const dice = random();
    if (dice < 0.5) {
      await world.fault({ cluster, deed: "cut" });
      counts.cut += 1;
    } else if (dice < 0.75) {
      await world.fault({ cluster, deed: "forget" });
      counts.forgotten += 1;
    } else {
      await world.fault({ cluster, deed: "refuse" });
      counts.away += 1;
      await pause(between(random, ...awayMs));
      await world.fault({ cluster, deed: "restore" });
    }
  }
  return counts;
}
