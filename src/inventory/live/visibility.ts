import { type Clock } from "../../base/index.ts";
import { type Store } from "../model.ts";
import { freshnessOf, type KindFacts } from "./freshness.ts";
import { type KindOfCluster } from "./teller.ts";

/** How one kind shows in the store: how far it can be trusted, and whether it is there at all. */
export type Visibility = Readonly<{
  /** The cluster told something of the kind. */
  contact(): void;
  show(facts: Pick<KindFacts, "status" | "error" | "connected">): void;
  /** The store has, or may have, objects of the kind. */
  isHeld(): boolean;
  /** Ends its timer; the store keeps what it has. */
  close(): void;
}>;

export type VisibilityDeps = Readonly<{ store: Store; clock: Pick<Clock, "after">; cacheTtlMs: number }>;

/** `onExpired` is called when the kind was stale for too long, and its objects are about to be dropped. */
export function createVisibility(
  { store, clock, cacheTtlMs }: VisibilityDeps,
  kind: KindOfCluster,
  onExpired: () => void,
): Visibility {
  let facts: Parameters<Visibility["show"]>[0] = { status: "waiting", connected: false };
  let [held, expired] = [false, false];
  let shown: ReturnType<typeof freshnessOf> = "absent";
  let cancelExpiry: (() => void) | undefined;

  const close = (): void => {
    cancelExpiry?.();
    cancelExpiry = undefined;
  };
  const expire = (): void => {
    held = false;
    expired = true;
    onExpired();
    update();
  };
  const update = (): void => {
    const next = freshnessOf({ ...facts, held, expired });
    if (next !== "stale") close();
    else cancelExpiry ??= clock.after(cacheTtlMs, expire);
    if (next !== "absent") store.setFreshness(kind, next);
    else if (shown !== "absent") store.dropKind(kind.cluster, kind.resource);
    shown = next;
  };
  return {
    contact() {
      held = true;
      if (!expired) return;
      expired = false;
      update();
    },
    show(now) {
      facts = now;
      update();
    },
    isHeld: () => held,
    close,
  };
}
