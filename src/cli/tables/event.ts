import { type JsonObject, type KubeObject, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import { field, type Table, type TablesByName, wide } from "./column.ts";

const eventTable: Table = [
  { header: "LAST SEEN", cell: (event, { nowMs }) => ageOf(lastSeen(event), nowMs) },
  field("TYPE", ["type"]),
  field("REASON", ["reason"]),
  { header: "OBJECT", cell: target },
  wide({ header: "SUBOBJECT", cell: (event) => stringAt(involvedObject(event), "fieldPath") ?? "" }),
  wide({ header: "SOURCE", cell: eventSource }),
  { header: "MESSAGE", cell: (event) => eventMessage(event) },
  wide({ header: "FIRST SEEN", cell: (event, { nowMs }) => ageOf(firstSeen(event), nowMs) }),
  wide({ header: "COUNT", cell: (event) => String(eventCount(event)) }),
  wide({ header: "NAME", name: true, cell: ({ metadata }) => metadata.name }),
];

/** What an Event is about: `involvedObject` of v1, `regarding` of events.k8s.io/v1. */
export const involvedObject = (event: KubeObject): JsonObject =>
  event["regarding"] === undefined ? objectAt(event, "involvedObject") : objectAt(event, "regarding");

/** What an Event says: `message` of v1, `note` of events.k8s.io/v1. */
export const eventMessage = (event: KubeObject): string =>
  (stringAt(event, "message") ?? stringAt(event, "note") ?? "").trim();

/** When an Event was first told; new Events have only `eventTime`. */
export const firstSeen = (event: KubeObject): string | undefined =>
  stringAt(event, "firstTimestamp") ?? stringAt(event, "deprecatedFirstTimestamp") ?? stringAt(event, "eventTime");

/** When an Event was last told. */
export const lastSeen = (event: KubeObject): string | undefined =>
  stringAt(event, "series", "lastObservedTime") ??
  stringAt(event, "lastTimestamp") ??
  stringAt(event, "deprecatedLastTimestamp") ??
  firstSeen(event);

/** `lastSeen` as milliseconds since the epoch; 0 where it is not told. */
export const lastSeenMs = (event: KubeObject): number => Date.parse(lastSeen(event) ?? "") || 0;

/** The field selector that finds the Events of one object. Those of nodes go by their name as uid, too. */
export function aboutObject({ kind, metadata: { name, uid } }: KubeObject): string {
  const named = `involvedObject.name=${name}`;
  if (kind === "Node") return `involvedObject.kind=Node,${named}`;
  return uid === undefined ? named : `${named},involvedObject.uid=${uid}`;
}

/** How often an Event was told: at least once. */
export const eventCount = (event: KubeObject): number =>
  numberAt(event, "series", "count") ?? (numberAt(event, "count") || numberAt(event, "deprecatedCount") || 1);

/** "kubelet, node-1" */
export function eventSource(event: KubeObject): string {
  const source =
    event["deprecatedSource"] === undefined ? objectAt(event, "source") : objectAt(event, "deprecatedSource");
  const controller = stringAt(event, "reportingComponent") ?? stringAt(event, "reportingController");
  const component = stringAt(source, "component") || (controller ?? "");
  const instance = stringAt(source, "host") || stringAt(event, "reportingInstance");
  return instance ? `${component}, ${instance}` : component;
}

function target(event: KubeObject): string {
  const about = involvedObject(event);
  const kind = (stringAt(about, "kind") ?? "").toLowerCase();
  const name = stringAt(about, "name");
  return name ? `${kind}/${name}` : kind;
}

/** By plural and group. */
export const tables: TablesByName = {
  events: eventTable,
};
