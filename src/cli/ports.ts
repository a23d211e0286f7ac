import { type Readable, type Writable } from "node:stream";
import { type Clock } from "../base/index.ts";
import { type ClusterId, type ClusterInfo, type PodStreams, type Reader, type Resource } from "../model/index.ts";
import { type AgentPort } from "./agent/port.ts";
import { type ServerApi } from "./server/model.ts";

/** Which clusters, and how to reach them: the global flags as the user gave them. */
export type FleetOptions = Readonly<{
  /** --config */
  configPath?: string;
  /** --kubeconfig */
  kubeconfigPath?: string;
  /** --context, in the order given; empty: all. */
  contexts: readonly string[];
  /** --server, else undefined: HEDDLE_SERVER and the default address are for the composition root to look at. */
  server?: string;
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
    /** What only a running Heddle server can answer; undefined where the clusters are asked directly. */
    server?: ServerApi;
    /** Why the clusters are asked directly, in words; undefined when there is a server. */
    directBecause?: string;
    /** Said once on stderr: certificate verification off, and the like. */
    warnings: readonly string[];
    /**
     * What --clusters means, in the fleet's order: ids, names, `env=…`, `region=…`, with commas between. A part that
     * means no cluster is a UsageError.
     */
    selectClusters(choice: string): Promise<readonly ClusterInfo[]>;
    podStreams(cluster: ClusterId): Promise<PodStreams>;
    /** Which kinds this cluster's credential cannot list or watch; fails when the cluster does not answer. */
    checkAccess(cluster: ClusterId, signal: AbortSignal): Promise<AccessReport>;
  }>;

/** A session that is with a running server for certain. */
export type ServedSession = FleetSession &
  Readonly<{
    server: ServerApi;
    /** Whether the server watches the clusters; otherwise it sees no changes, and has the record of when it did. */
    cached: boolean;
  }>;

/** How large a demo is, and from which seed it grows; what is left out is the demo's to choose. */
export type DemoWorld = Readonly<{ seed?: number; clusters?: number; pods?: number }>;

export type DemoOptions = Readonly<{
  /** "no-cluster": only where there is neither a kubeconfig nor a configuration nor an added cluster. */
  when: "always" | "no-cluster";
  world: DemoWorld;
  /** The record stays in the data folder; else it is gone with the demo. */
  keepData: boolean;
}>;

export type ServeOptions = Readonly<{
  fleet: FleetOptions;
  /** Simulated clusters instead of real ones. */
  demo?: DemoOptions;
  /** "127.0.0.1:7433"; only loopback; port 0 picks a free one. */
  listen: string;
  /** Where the durable record lies. Made when it is not there. */
  dataFolder: string;
}>;

/** How far one cluster is on its way into the live graph. */
export type SyncProgress = Readonly<{
  cluster: ClusterId;
  /** Everything chosen has been listed once, or may not be. */
  synced: boolean;
  syncMs?: number;
  objects: number;
  kinds: Readonly<{ listed: number; refused: number; total: number }>;
  /** Why the cluster, or some of it, is not followed now; empty when it is. */
  trouble: string;
  /** False while there is nothing but trouble: the cluster does not answer. */
  reached: boolean;
}>;

/** A server that runs. Disposing ends it: it says goodbye to those who listen, and everything seen is recorded. */
export type Serving = AsyncDisposable &
  Readonly<{
    /** "http://127.0.0.1:7433" */
    address: string;
    /** Opens the console in a browser, once. */
    url: string;
    source: string;
    notes: readonly string[];
    warnings: readonly string[];
    clusters(): readonly ClusterInfo[];
    /** An object that is there and worth drawing: "deploy/web -n shop"; undefined while there is none. */
    example(): Promise<string | undefined>;
    /** Every cluster once, then each whose progress changed, the latest only, until the signal aborts. */
    progress(signal: AbortSignal): AsyncIterable<SyncProgress>;
    /** Lines for people: what became of edits of the configuration, until the end. */
    news(): AsyncIterable<string>;
  }>;

/** process.stdout and process.stderr, or what stands in for them; sizes are a terminal's. */
export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** process.stdin, or what stands in for it. */
export type CliInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** What the composition root gives to the commands: the only way in and out that they have. */
export type CliPorts = Readonly<{
  /**
   * A session with the running server where there is one that serves the chosen clusters; else reads the configuration
   * and contacts no cluster yet. Fails with a UsageError when there is no cluster.
   */
  open(options: FleetOptions, signal: AbortSignal): Promise<FleetSession>;
  /** A session with a running server; fails with HEDDLE_SERVER_UNREACHABLE, which says how to start one. */
  openServer(options: FleetOptions, signal: AbortSignal): Promise<ServedSession>;
  /** Starts a server on the chosen clusters. Resolves when it listens; it is stopped by disposing. */
  serve(options: ServeOptions, signal: AbortSignal): Promise<Serving>;
  /** What a node's agent does. */
  agent: AgentPort;
  /** Opens a link in the user's browser; fails when there is none. */
  browse(url: string): Promise<void>;
  /** Heddle's own version, without "v". */
  version: string;
  stdout: CliOutput;
  stderr: CliOutput;
  stdin: CliInput;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}>;
