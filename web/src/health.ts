/** How something is, apart from its word: what colour and shape tell. */
export type Health = "healthy" | "progressing" | "unhealthy" | "unknown";

const known: ReadonlySet<string> = new Set(["healthy", "progressing", "unhealthy"]);

/** The server's word for it; anything else is not known. */
export const healthFrom = (word: unknown): Health =>
  typeof word === "string" && known.has(word) ? (word as Health) : "unknown";

const ofClusterState: Readonly<Record<string, Health>> = {
  Connected: "healthy",
  Degraded: "progressing",
  Failed: "unhealthy",
};

/** A cluster's state as a health. */
export const clusterHealth = (state: string): Health => ofClusterState[state] ?? "unknown";
