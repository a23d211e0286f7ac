import { type Clock } from "../../base/index.ts";

/** Where an object lies. */
export type Place = Readonly<{ collection: string; namespace: string; name: string }>;

export const placeKey = ({ collection, namespace, name }: Place): string => `${collection} ${namespace} ${name}`;

/** Places to look at, each once however often it was named, in the order in which they were. */
export type WorkQueue = Disposable &
  Readonly<{
    add(place: Place): void;
    /** Once more after a while; a place that waits already goes on waiting. */
    addLater(place: Place, delayMs: number): void;
  }>;

/** So many looks before others may do something. */
const atOnce = 25;

/** Looks at what was added as soon as the clock lets it, a bounded number at a time. */
export function createWorkQueue(clock: Pick<Clock, "after">, look: (place: Place) => void): WorkQueue {
  const waiting = new Map<string, Place>();
  const timers = new Map<string, () => void>();
  let planned: (() => void) | undefined;
  let over = false;

  const work = (): void => {
    planned = undefined;
    for (let count = 0; count < atOnce; count++) {
      const [[key, place] = []] = waiting;
      if (key === undefined || place === undefined || over) return;
      waiting.delete(key);
      look(place);
    }
    if (!over) planned = clock.after(0, work);
  };
  const add = (place: Place): void => {
    if (over) return;
    waiting.set(placeKey(place), place);
    planned ??= clock.after(0, work);
  };
  return {
    add,
    addLater(place, delayMs) {
      const key = placeKey(place);
      if (over || timers.has(key)) return;
      const cancel = clock.after(delayMs, () => {
        timers.delete(key);
        add(place);
      });
      timers.set(key, cancel);
    },
    [Symbol.dispose]() {
      over = true;
      planned?.();
      for (const cancel of timers.values()) cancel();
    },
  };
}
