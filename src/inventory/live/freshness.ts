import { type HeddleError } from "../../base/index.ts";
import { type FollowStatus } from "../../cluster/index.ts";
import { type FreshnessState } from "../model.ts";

/** What the feed knows of one kind at a moment. */
export type KindFacts = Readonly<{
  status: FollowStatus | "waiting";
  error?: HeddleError | undefined;
  /** The cluster is connected: without it a follower's last word is an old one. */
  connected: boolean;
  /** Objects of it are in the store, or its list was whole since the store last had none of it. */
  held: boolean;
  /** What the store held was dropped for its age, and nothing came since. */
  expired: boolean;
}>;

/**
 * How far the kind can be trusted. "absent": the store should not know it, so that whoever asks goes to the cluster and
 * hears what is wrong. A list that expired (410) is catching up: the cluster answers. After any other failure what the
 * store holds is as old as the failure.
 */
export function freshnessOf({ status, error, connected, held, expired }: KindFacts): FreshnessState | "absent" {
  const lost = held ? "stale" : "absent";
  if (expired) return "absent";
  if (!connected) return lost;
  switch (status) {
    case "live":
      return "live";
    case "waiting":
    case "syncing":
      return "catching-up";
    case "catching-up":
      return error === undefined || error.code === "HEDDLE_CLUSTER_GONE" ? "catching-up" : lost;
    case "forbidden":
    case "gone":
      return lost;
  }
}
