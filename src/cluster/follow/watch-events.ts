import { HeddleError } from "../../base/index.ts";
import {
  isJsonObject,
  type JsonObject,
  type KubeObject,
  numberAt,
  type Resource,
  stringAt,
} from "../../model/index.ts";
import { statusError } from "../http/status-error.ts";
import { asObject } from "../objects/answer.ts";

/** One line of a watch, as the API defines WatchEvent. A bookmark carries nothing but its resourceVersion. */
export type WatchEvent =
  | Readonly<{ type: "ADDED" | "MODIFIED" | "DELETED"; object: KubeObject }>
  | Readonly<{ type: "BOOKMARK"; resourceVersion: string; endsInitialEvents: boolean }>
  | Readonly<{ type: "ERROR"; error: HeddleError }>;

/** Fails with HEDDLE_CLUSTER_PROTOCOL, telling nothing of what the line holds: it may be a Secret. */
export function parseWatchEvent(line: string, resource: Resource): WatchEvent {
  const event = parseJson(line);
  const type = isJsonObject(event) ? event.type : undefined;
  const object = isJsonObject(event) ? event.object : undefined;
  if (!isJsonObject(object)) throw unreadable(line, "is no event with an object");
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: asObject(object, resource) };
    case "BOOKMARK":
      return bookmark(object, line);
    case "ERROR":
      return { type, error: brokenOff(object) };
    default:
      throw unreadable(line, "has a type of event that is not known");
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The parser's own message quotes the text.
    throw unreadable(line, "is not JSON");
  }
}

function bookmark(object: JsonObject, line: string): WatchEvent {
  const resourceVersion = stringAt(object, "metadata", "resourceVersion");
  if (resourceVersion === undefined) throw unreadable(line, "is a bookmark without resourceVersion");
  const endsInitialEvents = stringAt(object, "metadata", "annotations", "k8s.io/initial-events-end") === "true";
  return { type: "BOOKMARK", resourceVersion, endsInitialEvents };
}

const unreadable = (line: string, what: string): HeddleError =>
  new HeddleError(`a line of the watch (${line.length} characters) ${what}: expected one WatchEvent as JSON a line`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
    retryable: true,
  });

/** The Status inside an ERROR event means what the same answer to a request would mean. */
const brokenOff = (status: JsonObject): HeddleError =>
  statusError({
    asked: "the API server broke off the watch",
    status: numberAt(status, "code") ?? 500,
    headers: {},
    body: JSON.stringify(status),
  });
