import { type ErrorCode, HeddleError, UsageError } from "../base/index.ts";
import { type ClusterHealth, type ClusterInfo, type ClusterState, type ClusterSummary } from "./cluster-state.ts";
import { type ClusterId } from "./ids.ts";
import { isJsonObject, type JsonObject, jsonAt, type JsonValue, numberAt, stringAt } from "./json.ts";
import { type KubeObject } from "./object.ts";
import { type ClusterAnswer, type Freshness, type ObjectList, type WatchedList } from "./reader.ts";
import { type Resource } from "./resource.ts";

/**
 * How answers and errors look between a Heddle server and those who ask it. What goes out is given to JSON.stringify;
 * what comes in is checked by hand, deep enough that types hold (objects of clusters: what all have in common), and
 * anything else fails with HEDDLE_WIRE_INVALID: the two are of different versions.
 */
export type WireError = Readonly<{
  code: string;
  message: string;
  retryable: boolean;
  /** A person's bad input: commands exit with 2. */
  usage?: true;
  details?: JsonObject;
}>;

/** What `GET /api/session` answers: what a command needs to know before it asks. */
export type ServerSession = Readonly<{
  version: string;
  source: string;
  defaultNamespace: string;
  notes: readonly string[];
  warnings: readonly string[];
  enableMutations: boolean;
  /** Whether the server watches the clusters (`enable_cache`): otherwise it sees no changes and asks each time. */
  cached: boolean;
  clusters: readonly ClusterInfo[];
  /** Where the clusters come from, so that this user's commands find the same ones. */
  origin: FleetOrigin;
}>;

/** The files that a fleet is made of, as absolute paths: a configuration, else kubeconfigs; and what was added to it. */
export type FleetOrigin = Readonly<{
  configPath?: string;
  kubeconfigPaths: readonly string[];
  /** Only these; empty: all. */
  contexts: readonly string[];
  additionsPath?: string;
}>;

/** The error without its cause, which stays where it was; details as far as they are JSON. */
export function errorToWire(error: HeddleError): WireError {
  const { code, message, retryable } = error;
  const details = asJson(error.details);
  return {
    code,
    message,
    retryable,
    ...(error instanceof UsageError && { usage: true as const }),
    ...(Object.keys(details).length > 0 && { details }),
  };
}

function asJson(details: HeddleError["details"]): JsonObject {
  try {
    const value: unknown = JSON.parse(JSON.stringify(details));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function errorFromWire(value: JsonValue | undefined): HeddleError {
  const code = text(value, "code");
  if (!/^HEDDLE_\w+$/.test(code)) throw invalid(`the code "${code}"`);
  const details = jsonAt(value, "details");
  const options = {
    code: code as ErrorCode,
    retryable: truth(value, "retryable"),
    ...(isJsonObject(details) && { details }),
  };
  const message = text(value, "message");
  return jsonAt(value, "usage") === true ? new UsageError(message, options) : new HeddleError(message, options);
}

/** A value of any kind; `toWire` where it is more than JSON. */
export function answerToWire<T>(answer: ClusterAnswer<T>, toWire: (value: T) => unknown = same): unknown {
  if (answer.ok) return { ...answer, value: toWire(answer.value) };
  const { cluster, ok, error, value } = answer;
  return { cluster, ok, error: errorToWire(error), ...(value !== undefined && { value: toWire(value) }) };
}

const same = (value: unknown): unknown => value;

export function answerFromWire<T>(value: JsonValue, fromWire: (value: JsonValue) => T): ClusterAnswer<T> {
  const cluster = text(value, "cluster") as ClusterId;
  const given = jsonAt(value, "value");
  if (truth(value, "ok")) {
    if (given === undefined) throw invalid("an answer without value");
    return { cluster, ok: true, value: fromWire(given), freshness: freshnessFromWire(jsonAt(value, "freshness")) };
  }
  const error = errorFromWire(jsonAt(value, "error"));
  return { cluster, ok: false, error, ...(given !== undefined && { value: fromWire(given) }) };
}

export function freshnessFromWire(value: JsonValue | undefined): Freshness {
  const state = text(value, "state");
  if (state === "direct" || state === "live") return { state };
  if (state === "catching-up" || state === "stale") return { state, sinceMs: number(value, "sinceMs") };
  throw invalid(`the freshness "${state}"`);
}

export const objectListFromWire = (value: JsonValue): ObjectList => ({
  resource: resourceFromWire(jsonAt(value, "resource")),
  objects: objects(value, "objects"),
});

export const watchedListFromWire = (value: JsonValue): WatchedList => ({
  ...objectListFromWire(value),
  initial: truth(value, "initial"),
  deleted: objects(value, "deleted"),
});

export const resourcesFromWire = (value: JsonValue): readonly Resource[] => list(value).map(resourceFromWire);

export function resourceFromWire(value: JsonValue | undefined): Resource {
  return {
    group: text(value, "group"),
    version: text(value, "version"),
    kind: text(value, "kind"),
    plural: text(value, "plural"),
    singular: text(value, "singular"),
    namespaced: truth(value, "namespaced"),
    verbs: texts(value, "verbs"),
    shortNames: texts(value, "shortNames"),
    categories: texts(value, "categories"),
    subresources: list(jsonAt(value, "subresources")).map((subresource) => ({
      name: text(subresource, "name"),
      kind: text(subresource, "kind"),
      group: text(subresource, "group"),
      version: text(subresource, "version"),
      verbs: texts(subresource, "verbs"),
    })),
  };
}

export function summaryToWire(summary: ClusterSummary): unknown {
  const { error, ...health } = summary.health;
  return { ...summary, health: { ...health, ...(error && { error: errorToWire(error) }) } };
}

export function summaryFromWire(value: JsonValue): ClusterSummary {
  const nodes = jsonAt(value, "nodes");
  const namespaces = numberAt(value, "namespaces");
  return {
    info: infoFromWire(jsonAt(value, "info")),
    health: healthFromWire(jsonAt(value, "health")),
    ...(nodes !== undefined && { nodes: { ready: number(nodes, "ready"), total: number(nodes, "total") } }),
    ...(namespaces !== undefined && { namespaces }),
  };
}

const states: readonly string[] = ["Unknown", "Connected", "Degraded", "Failed"] satisfies ClusterState[];

function healthFromWire(value: JsonValue | undefined): ClusterHealth {
  const state = text(value, "state");
  if (!states.includes(state)) throw invalid(`the state "${state}"`);
  const error = jsonAt(value, "error");
  const version = stringAt(value, "version");
  return {
    state: state as ClusterState,
    reason: text(value, "reason"),
    ...(error !== undefined && { error: errorFromWire(error) }),
    ...(version !== undefined && { version }),
    ...numbers(value, ["latencyMs", "certificateExpiresAtMs", "lastSuccessAtMs", "checkedAtMs"]),
  };
}

export function infoFromWire(value: JsonValue | undefined): ClusterInfo {
  const environment = stringAt(value, "environment");
  const region = stringAt(value, "region");
  return {
    id: text(value, "id") as ClusterId,
    name: text(value, "name"),
    ...(environment !== undefined && { environment }),
    ...(region !== undefined && { region }),
    server: text(value, "server"),
  };
}

export const sessionFromWire = (value: JsonValue): ServerSession => ({
  version: text(value, "version"),
  source: text(value, "source"),
  defaultNamespace: text(value, "defaultNamespace"),
  notes: texts(value, "notes"),
  warnings: texts(value, "warnings"),
  enableMutations: truth(value, "enableMutations"),
  cached: truth(value, "cached"),
  clusters: list(jsonAt(value, "clusters")).map(infoFromWire),
  origin: originFromWire(jsonAt(value, "origin")),
});

function originFromWire(value: JsonValue | undefined): FleetOrigin {
  const [configPath, additionsPath] = [stringAt(value, "configPath"), stringAt(value, "additionsPath")];
  return {
    ...(configPath !== undefined && { configPath }),
    kubeconfigPaths: texts(value, "kubeconfigPaths"),
    contexts: texts(value, "contexts"),
    ...(additionsPath !== undefined && { additionsPath }),
  };
}

const invalid = (found: string): HeddleError =>
  new HeddleError(`the server's answer holds ${found}, which this version of heddle does not know`, {
    code: "HEDDLE_WIRE_INVALID",
  });

function text(value: JsonValue | undefined, key: string): string {
  const found = jsonAt(value, key);
  if (typeof found === "string") return found;
  throw invalid(`no text "${key}"`);
}

function number(value: JsonValue | undefined, key: string): number {
  const found = jsonAt(value, key);
  if (typeof found === "number") return found;
  throw invalid(`no number "${key}"`);
}

function truth(value: JsonValue | undefined, key: string): boolean {
  const found = jsonAt(value, key);
  if (typeof found === "boolean") return found;
  throw invalid(`no true or false "${key}"`);
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw invalid("no list where one should be");
}

function texts(value: JsonValue | undefined, key: string): readonly string[] {
  const found = list(jsonAt(value, key));
  if (found.every((item) => typeof item === "string")) return found;
  throw invalid(`a list "${key}" of more than texts`);
}

const numbers = <Key extends string>(value: JsonValue | undefined, keys: readonly Key[]) =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const found = numberAt(value, key);
      return found === undefined ? [] : [[key, found]];
    }),
  ) as Partial<Record<Key, number>>;

function objects(value: JsonValue, key: string): readonly KubeObject[] {
  const found = list(jsonAt(value, key));
  if (found.every(isKubeObject)) return found;
  throw invalid(`something under "${key}" that is no Kubernetes object`);
}

const isKubeObject = (value: JsonValue): value is KubeObject =>
  isJsonObject(value) &&
  typeof value["apiVersion"] === "string" &&
  typeof value["kind"] === "string" &&
  isJsonObject(value["metadata"]);
