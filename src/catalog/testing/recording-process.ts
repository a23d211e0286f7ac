/**
 * A process that records as fast as it can until it is killed: batches of very different sizes, several at a time. Each
 * number is printed once it is said to be recorded. Run with a folder and the number to begin with.
 */
import { writeSync } from "node:fs";
import { createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { openCatalog } from "../index.ts";
import { batchOf } from "./numbered-batches.ts";

const [folder = "", first = "0"] = process.argv.slice(2);
const random = createSeededRandom(Number(first));
const catalog = await openCatalog({ clock: systemClock, log: silentLogger }, { folder, commitEveryMs: 5 });
writeSync(1, "open\n");

async function recordForever(state: { next: number }): Promise<never> {
  for (;;) {
    const number = state.next++;
    // Now and then one that takes longer than a slice of the event loop.
    const size = random() < 0.02 ? 5_000 : 1 + Math.floor(random() * 60);
    await catalog.record(batchOf(number, size));
    writeSync(1, `${number}\n`);
  }
}

const state = { next: Number(first) };
await Promise.all(Array.from({ length: 8 }, () => recordForever(state)));
