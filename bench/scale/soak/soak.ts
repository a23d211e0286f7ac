import { type Random } from "../../../src/base/index.ts";
import { poll } from "../../poll.ts";
import { useOf } from "../../process.ts";
import { type Served } from "../../served.ts";
import { floorsOf, type Sample, settledPart, type Trend, trendOf, watchMemory } from "../../slope.ts";
import { type World } from "../world/world.ts";
import { findDifferences } from "./differences.ts";
import { breakThings, type FaultCounts, type FaultPace } from "./faults.ts";
import { listen } from "./listener.ts";

export type SoakOptions = Readonly<{
  seconds: number;
  perSecond: number;
  faults: FaultPace;
  random: Random;
  signal: AbortSignal;
  say: (line: string) => void;
}>;

export type Soaked = Readonly<{
  changes: number;
  faults: FaultCounts;
  /** Events that one subscriber of everything heard. */
  events: number;
  /** Stretches of events that it was told to have missed. */
  missed: number;
  /** Between what the clusters have and what is kept or was heard, once all had been given time. */
  differences: readonly string[];
  /** From the last change and the last fault until nothing differed; NaN where something went on to. */
  catchUpSeconds: number;
  /** Megabytes resident a minute, over the last two thirds; `floor`: by the lowest of each half minute. */
  memory: Readonly<{ whole: Trend; floor: Trend }>;
  beforeMb: number;
  afterMb: number;
}>;

const patienceMs = 90_000;
const tellEvery = 60;

/** Changes and faults for so long, then a look at every object. `server` follows the world, and is synced. */
export async function soak(world: World, server: Served, options: SoakOptions): Promise<Soaked> {
  const { seconds, perSecond, faults, random, signal, say } = options;
  await using listener = await listen(server);
  const over = new AbortController();
  const looking = { signal: AbortSignal.any([signal, over.signal]) };
  const watching = watchMemory(server.pid, looking);
  const breaking = breakThings(world, faults, { random, ...looking });
  const telling = setInterval(() => {
    void useOf(server.pid).then(({ rssBytes }) =>
      say(`${listener.events()} events heard, ${Math.round(rssBytes / 1e6)} MB resident`),
    );
  }, tellEvery * 1_000);
  const { changes } = await world
    .storm({ perSecond, seconds, churn: true })
    .finally(() => (clearInterval(telling), over.abort()));
  const samples = await watching;
  const counts = await breaking;
  signal.throwIfAborted();
  const sinceMs = performance.now();
  const differences = await untilEqual(() => findDifferences(world, server, listener), signal);
  return {
    changes,
    faults: counts,
    events: listener.events(),
    missed: listener.missed(),
    differences,
    catchUpSeconds: differences.length > 0 ? NaN : (performance.now() - sinceMs) / 1_000,
    ...memoryOf(samples),
  };
}

function memoryOf(samples: readonly Sample[]): Pick<Soaked, "memory" | "beforeMb" | "afterMb"> {
  const settled = settledPart(samples);
  const memory = { whole: trendOf(settled), floor: trendOf(floorsOf(settled, 30_000)) };
  return { memory, beforeMb: samples[0]?.value ?? NaN, afterMb: samples.at(-1)?.value ?? NaN };
}

/** The last differences, if there still are some when patience ends. */
async function untilEqual(find: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
  const untilMs = performance.now() + patienceMs;
  let last: readonly string[] = [];
  return poll({ signal, everyMs: 250 }, async () => {
    last = await find().catch((error: unknown) => [String(error)]);
    return last.length === 0 || performance.now() > untilMs ? last : undefined;
  });
}
