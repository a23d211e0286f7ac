import { type Bus, type Delivery } from "./model.ts";
import { createRing, type Ring, type RingCapacity } from "./ring.ts";

export type BusOptions = Readonly<{
  /** What the ring holds at most; default 10,000 events and 16 MiB. */
  capacity?: Partial<RingCapacity> | undefined;
  /** The newest sequence of the log when the bus begins: who asks for what came after it has missed nothing. */
  startsAfter?: number | undefined;
}>;

/** Whoever is further behind reads on from the log. */
const defaultCapacity: RingCapacity = { events: 10_000, bytes: 16 * 1024 * 1024 };

/** Events a delivery: few enough to be handed on before the event loop turns. */
const sliceSize = 256;

/** A bus within this process: one ring that all subscribers read from, each at its own place. */
export function createBus({ capacity, startsAfter }: BusOptions = {}): Bus {
  const ring = createRing({ ...defaultCapacity, ...capacity }, startsAfter);
  const waiting = new Set<() => void>();
  let closed = false;
  let subscribers = 0;
  let missed = 0;

  const wakeAll = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  /** Resolves at the next event, the end of the bus, or the abort. */
  const news = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  async function* deliver(after: number | undefined, signal: AbortSignal): AsyncGenerator<Delivery, void, undefined> {
    let position = after;
    subscribers += 1;
    try {
      while (!signal.aborted) {
        position ??= ring.startedAfter();
        const delivery = position === undefined ? undefined : nextDelivery(ring, position);
        if (delivery !== undefined) {
          position = delivery.type === "missed" ? delivery.to : delivery.records.at(-1)?.sequence;
          if (delivery.type === "missed") missed += delivery.to - Math.max(delivery.from - 1, ring.startedAfter() ?? 0);
          yield delivery;
        } else if (closed) return;
        else await news(signal);
      }
    } finally {
      subscribers -= 1;
    }
  }
  return {
    publish(records) {
      if (closed) return;
      for (const record of records) ring.add(record);
      wakeAll();
    },
    subscribe: ({ after = ring.last(), signal }) => deliver(after, signal),
    stats: () => ({ subscribers, missed, held: ring.size(), heldBytes: ring.bytes(), last: ring.last() ?? 0 }),
    close() {
      closed = true;
      wakeAll();
    },
  };
}

function nextDelivery(ring: Ring, position: number): Delivery | undefined {
  const heldAfter = ring.heldAfter();
  if (heldAfter !== undefined && position < heldAfter) return { type: "missed", from: position + 1, to: heldAfter };
  const records = ring.after(position, sliceSize);
  return records.length === 0 ? undefined : { type: "events", records };
}
