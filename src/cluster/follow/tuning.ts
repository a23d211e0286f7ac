import { type BackOffOptions } from "../../base/index.ts";

type Range = Readonly<{ low: number; high: number }>;

/** How patient a follower is. Seconds and milliseconds by name; a range is drawn from at random. */
export type FollowTuning = Readonly<{
  /** How the first list is read: "watch-list" where the server has it. */
  initialList: "watch-list" | "pages";
  /** Objects a page. */
  pageSize: number;
  /** How long one page may take, its transfer included: a far cluster's page of large objects is not a dead server. */
  pageTimeoutMs: number;
  /** The same for a whole list in one piece. */
  listTimeoutMs: number;
  /** `timeoutSeconds` of each watch: the server ends it then, and many followers not together. */
  watchSeconds: Range;
  /** After failures that may pass at any moment. */
  retry: BackOffOptions;
  /** Where only a person can change it: forbidden, not served, refused for what it asks. */
  slowRetryMs: Range;
  /** A watch that lived this long was a success: the next failure is the first again. */
  stableMs: number;
  /**
   * An opened watch without an error for this long counts as resumed: a server that no longer knows its beginning says
   * so with its first bytes, right behind the headers.
   */
  settleMs: number;
  /** Silence in a WatchList after which a server that never proved that it has it is taken not to. */
  proofMs: number;
  /** Silence before the first byte of an answer. */
  answerMs: number;
  /** Silence of a watch where bookmarks were seen before: API servers send one a minute. */
  silenceMs: number;
  /** How far beyond `timeoutSeconds` a watch may live: after that the server cannot be there. */
  overdueMs: number;
  maxLineBytes: number;
}>;

export const defaultTuning: FollowTuning = {
  initialList: "watch-list",
  pageSize: 500,
  pageTimeoutMs: 120_000,
  listTimeoutMs: 900_000,
  watchSeconds: { low: 300, high: 600 },
  retry: { minMs: 500, maxMs: 30_000 },
  slowRetryMs: { low: 60_000, high: 120_000 },
  stableMs: 10_000,
  settleMs: 200,
  proofMs: 10_000,
  answerMs: 90_000,
  silenceMs: 180_000,
  overdueMs: 30_000,
  maxLineBytes: 64 * 1024 * 1024,
};
