import { type Clock, type HeddleError, type Logger, type Random } from "../../base/index.ts";
import { type Resource } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type FollowEvent, type FollowOptions, type FollowStatus } from "../model.ts";
import { type Ledger } from "./reconcile.ts";
import { type FollowTuning } from "./tuning.ts";
import { type WatchListSupport } from "./watch-list-support.ts";

export type FollowDeps = Readonly<{ api: ApiClient; clock: Clock; random: Random; log: Logger }>;

/** What all conversations of one follower share. */
export type FollowContext = FollowDeps &
  Readonly<{
    tuning: FollowTuning;
    resource: Resource;
    options: FollowOptions;
    /** Aborts with the follower's own, and when nobody reads it any more. */
    signal: AbortSignal;
    ledger: Ledger;
    teller: Teller;
    watchList: WatchListSupport;
    bookmarks: Bookmarks;
  }>;

/** Whether this server sends bookmarks to watches of this kind: then it sends one a minute, and silence means something. */
export type Bookmarks = Readonly<{ saw(): void; areSent(): boolean }>;

export function createBookmarks(): Bookmarks {
  let sent = false;
  return { saw: () => void (sent = true), areSent: () => sent };
}

/** The words of a follower, as lists of none or one. */
export type Teller = Readonly<{
  /** None when the same was said last. */
  status(status: FollowStatus, reason: string, error?: HeddleError): readonly FollowEvent[];
  /** The changes found since the last call; by a watch: with where it stands after them. */
  changes(resourceVersion?: string): readonly FollowEvent[];
  synced(resourceVersion: string, via: "watch-list" | "pages" | "resume"): readonly FollowEvent[];
  isSynced(): boolean;
}>;

export function createTeller(ledger: Ledger): Teller {
  let saidLast = "";
  let synced = false;
  return {
    status(status, reason, error) {
      if (saidLast === `${status} ${reason}`) return [];
      saidLast = `${status} ${reason}`;
      return [{ type: "status", status, reason, ...(error === undefined ? {} : { error }) }];
    },
    changes(resourceVersion) {
      const changes = ledger.take();
      if (changes.length === 0) return [];
      return [{ type: "changes", changes, ...(resourceVersion === undefined ? {} : { resourceVersion }) }];
    },
    synced(resourceVersion, via) {
      synced = true;
      return [{ type: "synced", resourceVersion, objects: ledger.size(), via }];
    },
    isSynced: () => synced,
  };
}
