import { type Clock, type HeddleError } from "../../base/index.ts";
import { type FollowStatus } from "../../cluster/index.ts";
import { kindName } from "../kind-ref.ts";
import { type Store } from "../model.ts";
import { freshnessOf } from "./freshness.ts";
import { type KindProgress } from "./model.ts";
import { type KindOfCluster } from "./teller.ts";

type Status = KindProgress["status"];

/** How one kind stands: what its follower said last, and how that shows in the store. */
export type Standing = Readonly<{
  status(): Status;
  set(status: Status, reason: string, error?: HeddleError): void;
  connected(now: boolean): void;
  /** The cluster told something of the kind. */
  contact(): void;
  /** The list is whole, or has begun anew. */
  listed(now: boolean): void;
  isListed(): boolean;
  /** Listed, or it may not be, or the API server cannot. */
  isSettled(): boolean;
  /** The store has, or may have, objects of the kind. */
  isHeld(): boolean;
  progress(): Omit<KindProgress, "mended">;
  /** Ends its timers; the store keeps what it has. */
  close(): void;
}>;

export type StandingDeps = Readonly<{ store: Store; clock: Pick<Clock, "after">; cacheTtlMs: number }>;

export type StandingEvents = Readonly<{
  onChange(): void;
  /** The kind was stale for too long: its objects are about to be dropped. */
  onExpired(): void;
}>;

/** A first list that the API server answers with errors for so long is not waited for: a broken webhook, say. */
const patienceMs = 30_000;
const settledStatuses: readonly Status[] = ["forbidden", "gone"] satisfies readonly FollowStatus[];

export function createStanding(
  { store, clock, cacheTtlMs }: StandingDeps,
  kind: KindOfCluster,
  { onChange, onExpired }: StandingEvents,
): Standing {
  let [status, reason, error]: [Status, string, HeddleError | undefined] = ["waiting", "", undefined];
  // What was last known of it may be shown already.
  const isShown = store.kinds(kind.cluster).some(({ resource }) => kindName(resource) === kindName(kind.resource));
  let [connected, held, expired, listed, hopeless] = [false, isShown, false, false, false];
  let restarts = 0;
  let shown: ReturnType<typeof freshnessOf> = "absent";
  let cancelExpiry: (() => void) | undefined;
  let cancelPatience: (() => void) | undefined;

  const keepFromExpiring = (): void => {
    cancelExpiry?.();
    cancelExpiry = undefined;
  };
  const expire = (): void => {
    held = false;
    expired = true;
    onExpired();
    show();
  };
  const show = (): void => {
    const next = freshnessOf({ status, error, connected, held, expired });
    if (next !== "stale") keepFromExpiring();
    else cancelExpiry ??= clock.after(cacheTtlMs, expire);
    if (next !== "absent") store.setFreshness(kind, next);
    else if (shown !== "absent") store.dropKind(kind.cluster, kind.resource);
    shown = next;
  };
  const endPatience = (): void => {
    cancelPatience?.();
    cancelPatience = undefined;
  };
  /** The API server is there, and has nothing but errors for the first list. */
  const loseHope = (): void => {
    const isAnswered = status === "catching-up" && !listed && error?.details["httpStatus"] !== undefined;
    if (isAnswered) {
      cancelPatience ??= clock.after(patienceMs, () => {
        hopeless = true;
        onChange();
      });
      return;
    }
    hopeless = false;
    endPatience();
  };
  return {
    status: () => status,
    set(...now) {
      [status, reason, error] = [now[0], now[1], now[2]];
      if (status === "catching-up") restarts += 1;
      loseHope();
      show();
      onChange();
    },
    connected(now) {
      connected = now;
      show();
    },
    contact() {
      held = true;
      if (!expired) return;
      expired = false;
      show();
    },
    listed(now) {
      listed = now;
      loseHope();
    },
    isListed: () => listed,
    isSettled: () => listed || hopeless || settledStatuses.includes(status),
    isHeld: () => held,
    progress: () => ({
      resource: kind.resource,
      status,
      reason,
      ...(error === undefined ? {} : { error }),
      listed,
      restarts,
    }),
    close() {
      keepFromExpiring();
      endPatience();
    },
  };
}
