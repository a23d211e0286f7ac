import { type ClusterId, type JsonObject, type JsonValue } from "../../model/index.ts";

/** Which object's relations, and how far. */
export type RelationsQuestion = Readonly<{
  cluster: ClusterId;
  /** As people write it. */
  kind: string;
  namespace?: string | undefined;
  name: string;
  depth?: number | undefined;
  types?: readonly string[] | undefined;
  /** "tree": the object and what it owns both ways, everything else in the direction that led to it. */
  direction?: "out" | "in" | "both" | "tree" | undefined;
}>;

/** Which changes; a part left out means all. */
export type ChangeFilter = Readonly<{
  clusters?: readonly ClusterId[] | undefined;
  kinds?: readonly string[] | undefined;
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  /** Only what came after this sequence; undefined: from now on. */
  after?: string | undefined;
}>;

/**
 * What comes of following changes. `event` is a CloudEvent in its JSON form. `missed`: the server no longer holds what
 * came between. `lost`: the connection broke; following goes on when it is back, without a gap.
 */
export type ChangeDelivery =
  | Readonly<{ type: "event"; sequence: string; event: JsonObject }>
  | Readonly<{ type: "missed"; from: string; to: string }>
  | Readonly<{ type: "lost"; reason: string }>;

export type GraphqlRequest = Readonly<{ query: string; variables?: JsonObject; operationName?: string }>;

/** What only a running Heddle server can answer. Everything fails with the server's own errors, or HEDDLE_SERVER_UNREACHABLE. */
export type ServerApi = Readonly<{
  /** "http://127.0.0.1:7433" */
  address: string;
  status(signal: AbortSignal): Promise<JsonObject>;
  /** A link that lets a browser in, once. */
  pageUrl(signal: AbortSignal): Promise<string>;
  /** As `GET /api/clusters` tells them: a summary each, with objects, last success and freshness. */
  clusters(signal: AbortSignal): Promise<readonly JsonObject[]>;
  /** `entry` has the keys of an entry of the configuration file. What is worth knowing is in `notes`, as of `removeCluster`. */
  addCluster(entry: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  removeCluster(id: string, signal: AbortSignal): Promise<JsonObject>;
  relations(question: RelationsQuestion, signal: AbortSignal): Promise<JsonObject>;
  /** Those that were recorded, oldest first, then the end. */
  recentChanges(filter: ChangeFilter, signal: AbortSignal): AsyncIterable<ChangeDelivery>;
  /** From `after` or now on, until the signal aborts. */
  changes(filter: ChangeFilter, signal: AbortSignal): AsyncIterable<ChangeDelivery>;
  /** The whole answer, `errors` included. */
  graphql(request: GraphqlRequest, signal: AbortSignal): Promise<JsonValue>;
}>;
