import { type ClusterId } from "../../model/index.ts";

/** How hard one API server may be asked. `qps` 0: no limit. */
export type RequestLimits = Readonly<{ qps: number; burst: number; timeoutMs: number }>;

/** A value that must not be seen: it does not show when its holder is printed, logged or serialised. */
export type Secret = Readonly<{ reveal(): string }>;

export const createSecret = (value: string): Secret => ({ reveal: () => value });

/** What a configuration says of TLS; each given field takes the place of what the way in itself says. Paths are absolute. */
export type TlsConfig = Readonly<{
  insecure?: boolean;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  serverName?: string;
}>;

export const authMethods = ["kubeconfig", "in_cluster", "service_account", "token"] as const;
export type AuthMethod = (typeof authMethods)[number];

/** Where a cluster's server and credential come from. `service_account` and `token` differ in what they are called only. */
export type ClusterSource =
  | Readonly<{ method: "kubeconfig"; path: string; context?: string }>
  | Readonly<{ method: "in_cluster" }>
  | Readonly<{ method: "service_account" | "token"; server: string; token: Secret | Readonly<{ file: string }> }>;

/** Kinds to follow, as people write them. */
export type ResourceChoice = Readonly<{ include: readonly string[]; exclude: readonly string[] }>;

export type ClusterConfig = Readonly<{
  id: ClusterId;
  name: string;
  environment?: string;
  region?: string;
  source: ClusterSource;
  tls: TlsConfig;
  limits: RequestLimits;
  resources: ResourceChoice;
  /** Where it stands in its file, from 1. */
  line: number;
}>;

/** How the live graph works. Only who runs one obeys it; `workerPoolSize` holds for connecting too. */
export type LiveSettings = Readonly<{
  /** False: nothing is kept, and every question is asked of the clusters. */
  enableCache: boolean;
  /** Whether what is kept is kept on disk too, for the next start. */
  enableDiskCache: boolean;
  /** How long what a cluster showed last is answered, as stale, once it is lost. */
  cacheTtlMs: number;
  enableRelationships: boolean;
  /** Between two comparisons of what is kept with what is there. */
  resyncPeriodMs: number;
  /** Writes, exec and port-forward through the server. */
  enableMutations: boolean;
  /** How many clusters connect, and how many kinds are first listed, at a time. */
  workerPoolSize: number;
}>;

/** A whole configuration file, checked, with defaults filled in; frozen to its depth. Times in milliseconds. */
export type FleetConfig = Readonly<{
  path: string;
  clusters: readonly ClusterConfig[];
  defaultNamespace: string;
  live: LiveSettings;
}>;

export const defaultLimits: RequestLimits = { qps: 50, burst: 100, timeoutMs: 30_000 };
export const defaultResources: ResourceChoice = { include: [], exclude: ["events", "events.events.k8s.io", "leases"] };
export const defaultLive: LiveSettings = {
  enableCache: true,
  enableDiskCache: true,
  cacheTtlMs: 300_000,
  enableRelationships: true,
  resyncPeriodMs: 600_000,
  enableMutations: false,
  workerPoolSize: 10,
};
export const fallbackNamespace = "default";
