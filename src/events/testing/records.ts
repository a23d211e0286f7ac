import { parseClusterId } from "../../model/index.ts";
import { type EventLog, type EventRecord } from "../model.ts";

/** An event that says no more than its place. */
export const recordOf = (sequence: number, bytes = 0): EventRecord => ({
  sequence,
  id: `id-${sequence}`,
  type: "kubernetes.resource.updated",
  cluster: parseClusterId("test"),
  labels: {},
  text: "x".repeat(bytes),
});

/** A log in memory that holds the newest events only. */
export type TestLog = EventLog & Readonly<{ add(records: readonly EventRecord[]): void; keep(events: number): void }>;

export function createTestLog(): TestLog {
  let held: EventRecord[] = [];
  let last = 0;
  return {
    add(records) {
      held.push(...records);
      last = records.at(-1)?.sequence ?? last;
    },
    keep: (events) => void (held = events === 0 ? [] : held.slice(-events)),
    bounds: () => ({ first: held[0]?.sequence ?? last + 1, last }),
    async read(after, limit) {
      await Promise.resolve();
      return held.filter(({ sequence }) => sequence > after).slice(0, limit);
    },
    async readBack(before, limit) {
      await Promise.resolve();
      const found = held.filter(({ sequence }) => sequence < before).slice(-Math.min(limit, 500));
      return found.toReversed();
    },
  };
}
