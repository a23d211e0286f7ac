import { homedir } from "node:os";
import { join } from "node:path";

const xdg = (variable: string, fallback: string): string => process.env[variable] || join(homedir(), fallback);

/** Built binaries, keyed by what they were built from; safe to delete at any time. */
export const cacheFolder = (): string => join(xdg("XDG_CACHE_HOME", ".cache"), "heddle");

/** One folder a running cluster, named as it; gone when the cluster is. */
export const stateFolder = (): string => join(xdg("XDG_STATE_HOME", ".local/state"), "heddle", "kube");
