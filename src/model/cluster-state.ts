import { type HeddleError } from "../base/index.ts";
import { type ClusterId } from "./ids.ts";

/**
 * Unknown: not asked yet. Connected: answers and is ready. Degraded: answers, but something is wrong (`reason`).
 * Failed: does not answer, or not to us.
 */
export type ClusterState = "Unknown" | "Connected" | "Degraded" | "Failed";

/** What Heddle knows of one cluster at a moment. Times are milliseconds since the epoch. */
export type ClusterHealth = Readonly<{
  state: ClusterState;
  /** In words, for people; when Connected, empty or a note. */
  reason: string;
  error?: HeddleError;
  /** "v1.34.4" */
  version?: string;
  /** Round trip of the last health request. */
  latencyMs?: number;
  /** Of the API server's certificate, and of our client certificate where there is one: whichever ends first. */
  certificateExpiresAtMs?: number;
  lastSuccessAtMs?: number;
  checkedAtMs?: number;
}>;

/** A cluster as users name and group it. */
export type ClusterInfo = Readonly<{
  id: ClusterId;
  name: string;
  environment?: string;
  region?: string;
  server: string;
}>;

/** One row of `heddle clusters`. Counts are missing where they could not be asked. */
export type ClusterSummary = Readonly<{
  info: ClusterInfo;
  health: ClusterHealth;
  nodes?: Readonly<{ ready: number; total: number }>;
  namespaces?: number;
}>;

export const unknownHealth: ClusterHealth = { state: "Unknown", reason: "not asked yet" };
