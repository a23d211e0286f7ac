import { type Readable, type Writable } from "node:stream";
import { type Clock } from "../base/index.ts";
import { type ClusterId, type ClusterInfo, type PodStreams, type Reader, type Resource } from "../model/index.ts";

/** Which clusters, and how to reach them: the global flags as the user gave them. */
export type FleetOptions = Readonly<{
  /** --config */
  configPath?: string;
  /** --kubeconfig */
  kubeconfigPath?: string;
  /** --context, in the order given; empty: all. */
  contexts: readonly string[];
  /** --request-timeout; 0: none. Streams have no timeout. */
  requestTimeoutMs?: number;
  /** -v: tell on stderr what is asked of which API server. */
  verbose: boolean;
}>;

/** A kind that a cluster's credential may not list or watch, and what the API server said about it. */
export type AccessGap = Readonly<{ resource: Resource; verb: "list" | "watch"; reason: string }>;

/** What a credential can do for Heddle, and what a person should know of the way in. */
export type AccessReport = Readonly<{
  /** Kinds that were asked about. */
  checked: number;
  /** Empty: everything may be followed. */
  gaps: readonly AccessGap[];
  warnings: readonly string[];
}>;

/** An opened fleet. Disposing closes every connection. */
export type FleetSession = AsyncDisposable &
  Readonly<{
    reader: Reader;
    /** Where the clusters were found: "3 contexts of /home/me/.kube/config". */
    source: string;
    /** Taken where no -n is given. */
    defaultNamespace: string;
    /** What was decided about which clusters there are, for those who look at clusters: contexts that are one. */
    notes: readonly string[];
    /** Said once on stderr: certificate verification off, and the like. */
    warnings: readonly string[];
    /**
     * What --clusters means, in the fleet's order: ids, names, `env=…`, `region=…`, with commas between. A part that
     * means no cluster is a UsageError.
     */
    selectClusters(choice: string): readonly ClusterInfo[];
    podStreams(cluster: ClusterId): Promise<PodStreams>;
    /** Which kinds this cluster's credential cannot list or watch; fails when the cluster does not answer. */
    checkAccess(cluster: ClusterId, signal: AbortSignal): Promise<AccessReport>;
  }>;

/** process.stdout and process.stderr, or what stands in for them; sizes are a terminal's. */
export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** process.stdin, or what stands in for it. */
export type CliInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** What the composition root gives to the commands: the only way in and out that they have. */
export type CliPorts = Readonly<{
  /** Reads the configuration and contacts no cluster yet. Fails with a UsageError when there is none. */
  open(options: FleetOptions, signal: AbortSignal): Promise<FleetSession>;
  /** Heddle's own version, without "v". */
  version: string;
  stdout: CliOutput;
  stderr: CliOutput;
  stdin: CliInput;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}>;
