import { type Clock, type Logger } from "../base/index.ts";
import { type Bus, type Delivery } from "../events/index.ts";
import { type Catalog } from "../catalog/index.ts";
import { type Fleet } from "../fleet/index.ts";
import { type Live, type Store } from "../inventory/index.ts";
import { type Counts } from "./metrics/counts.ts";
import {
  type ClusterAnswer,
  type ClusterId,
  type ClusterInfo,
  type JsonObject,
  type Reader,
  type Resource,
  type ResourceQuery,
  type ServerSession,
} from "../model/index.ts";

/** What happened, from a sequence on: the log first, then the bus, without a gap. */
export type ChangeSource = Readonly<{
  follow(options: Readonly<{ after?: number | undefined; signal: AbortSignal }>): AsyncIterable<Delivery>;
}>;

/** `Reader.list` with each cluster's objects as one JSON list in UTF-8, in pieces: joined from stored text where it can be. */
export type ListText = (
  query: ResourceQuery,
  signal: AbortSignal,
) => AsyncIterable<ClusterAnswer<Readonly<{ resource: Resource; json: AsyncIterable<Buffer> | readonly Buffer[] }>>>;

/** What the server answers from. It starts and closes none of it: whoever made them does. */
export type ServerDeps = Readonly<{
  fleet: Pick<Fleet, "clusters" | "summaries" | "connect">;
  reader: Reader;
  listText: ListText;
  store: Store;
  live: Pick<Live, "progress" | "recording">;
  /** Whether anything is kept in the store: `enable_cache`. Otherwise clusters are asked each time. */
  cached: boolean;
  changes: ChangeSource;
  bus: Pick<Bus, "stats">;
  catalog: Pick<Catalog, "stats" | "log">;
  counts: Counts;
  /** What is to be told of the fleet as a whole. */
  about(): Pick<ServerSession, "source" | "defaultNamespace" | "notes" | "warnings" | "origin">;
  /**
   * An entry of the configuration file, with its keys. Fails with a UsageError that says what is wrong with it. `notes`
   * is what a person should know: where it is kept, what is less safe than it looks.
   */
  addCluster(entry: JsonObject, signal: AbortSignal): Promise<ClusterInfo & Readonly<{ notes: readonly string[] }>>;
  /** Fails with HEDDLE_FLEET_UNKNOWN_CLUSTER. */
  removeCluster(id: ClusterId, signal: AbortSignal): Promise<Readonly<{ notes: readonly string[] }>>;
  clock: Clock;
  log: Logger;
}>;

export type ServerOptions = Readonly<{
  /** "127.0.0.1:7433"; port 0 picks a free one. Only loopback. */
  listen: string;
  /** Where the token file goes: `chooseRuntimeFolder`. */
  runtimeFolder: string;
  /** Whether objects may be written, commands run and ports forwarded through the server. */
  enableMutations: boolean;
  /** Heddle's own. */
  version: string;
  /** Whether the clusters are simulated. */
  demo?: boolean | undefined;
  /** Where the console's build lies; undefined where there is none. It may be built, or built anew, at any time. */
  consoleFolder?: string | undefined;
  /** Where the catalog lies, to be told; undefined when it is in memory only. */
  dataFolder?: string | undefined;
}>;

/** `address` is where it listens ("http://127.0.0.1:7433"), `url` opens the console, once. */
export type Listening = Readonly<{ address: string; url: string }>;

/**
 * Heddle's HTTP side. `listen` fails with HEDDLE_SERVER_ADDRESS_REFUSED, HEDDLE_SERVER_PORT_TAKEN or
 * HEDDLE_SERVER_RUNTIME_FOLDER. Disposing takes no more connections, says goodbye on streams, removes the token file and
 * has closed every connection within a second.
 */
export type Server = AsyncDisposable & Readonly<{ listen(): Promise<Listening> }>;
