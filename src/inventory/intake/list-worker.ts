/** The thread beside that takes first lists in: see worker-taker.ts. */
import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { createLinePacker, type LinePacker, newPackerDeps } from "./pack-lines.ts";
import { type Answered, type Surroundings, type Told } from "./protocol.ts";

const { relations } = workerData as Surroundings;
const deps = newPackerDeps();
const packers = new Map<number, LinePacker>();

const packerOf = (list: number, isPod: boolean): LinePacker => {
  const known = packers.get(list) ?? createLinePacker({ isPod, relations }, deps);
  packers.set(list, known);
  return known;
};
const answer = (message: Answered, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer);

parentPort?.on("message", (told: Told) => {
  if ("ended" in told) {
    packers.delete(told.list);
    return;
  }
  const { buffer, byteOffset, byteLength } = told.lines;
  const packed = packerOf(told.list, told.isPod)(Buffer.from(buffer, byteOffset, byteLength));
  answer({ list: told.list, ...packed }, [packed.texts.buffer]);
});
yieldToOthers();
answer("ready");

/** Whoever waits for an answer of this process is served by the other thread: on Linux this one steps back behind it. */
function yieldToOthers(): void {
  try {
    const thread = Number(basename(readlinkSync("/proc/thread-self")));
    const { PRIORITY_BELOW_NORMAL: steps, PRIORITY_LOW: last } = constants.priority;
    setPriority(thread, Math.min(getPriority(thread) + steps, last));
  } catch {
    // Elsewhere, or where it may not: they share alike.
  }
}
