import { type Clock } from "../../base/index.ts";
import { type ClusterId } from "../../model/index.ts";

/** A place in the pool: held until it is given back, or nothing came for a while. */
export type Place = Readonly<{ progress(): void; giveBack(): void }>;

/** How many first lists are read at a time, over all clusters. */
export type Places = Readonly<{
  /** Resolves with a place; rejects with the signal's reason. */
  take(cluster: ClusterId, signal: AbortSignal): Promise<Place>;
  taken(): number;
}>;

export type PlacesOptions = Readonly<{ size: number; idleMs: number }>;

type Waiter = Readonly<{ cluster: ClusterId; admit: () => void }>;

/**
 * A free place goes to the cluster that holds the fewest, of equal ones to who came first. One that makes no progress
 * for `idleMs` is free: its holder goes on, but nobody waits for it.
 */
export function createPlaces({ size, idleMs }: PlacesOptions, clock: Pick<Clock, "after">): Places {
  const held = new Map<ClusterId, number>();
  const waiting = new Set<Waiter>();
  let taken = 0;

  const heldBy = (cluster: ClusterId): number => held.get(cluster) ?? 0;
  const next = (): Waiter | undefined => {
    let best: Waiter | undefined;
    for (const waiter of waiting)
      if (best === undefined || heldBy(waiter.cluster) < heldBy(best.cluster)) best = waiter;
    return best;
  };
  const admit = (): void => {
    for (let waiter = next(); taken < size && waiter !== undefined; waiter = next()) {
      waiting.delete(waiter);
      taken += 1;
      held.set(waiter.cluster, heldBy(waiter.cluster) + 1);
      waiter.admit();
    }
  };
  const free = (cluster: ClusterId): void => {
    taken -= 1;
    if (heldBy(cluster) > 1) held.set(cluster, heldBy(cluster) - 1);
    else held.delete(cluster);
    admit();
  };
  const placeOf = (cluster: ClusterId): Place => {
    let isHeld = true;
    const giveBack = (): void => {
      cancel();
      if (isHeld) free(cluster);
      isHeld = false;
    };
    let cancel = clock.after(idleMs, giveBack);
    const progress = (): void => {
      if (!isHeld) return;
      cancel();
      cancel = clock.after(idleMs, giveBack);
    };
    return { progress, giveBack };
  };
  return {
    async take(cluster, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter: Waiter = { cluster, admit: resolve };
      const leave = (): void => {
        if (waiting.delete(waiter)) reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.add(waiter);
      admit();
      try {
        await promise;
      } finally {
        signal.removeEventListener("abort", leave);
      }
      return placeOf(cluster);
    },
    taken: () => taken,
  };
}
