import { type KubeObject, stringAt } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import {
  aboutObject,
  eventCount,
  eventMessage,
  eventSource,
  firstSeen,
  lastSeen,
  lastSeenMs,
} from "../tables/event.ts";
import { type DescribeContext } from "./describer.ts";
import { type Field, table } from "./field.ts";

/** The Events of an object, the oldest first. */
export async function describeEvents(object: KubeObject, { ask, nowMs }: DescribeContext): Promise<Field> {
  // The events of what is in no namespace are in "default".
  const { namespace = "default" } = object.metadata;
  const found = await ask("events", { namespace, fieldSelector: aboutObject(object) });
  const rows = found.toSorted((a, b) => lastSeenMs(a) - lastSeenMs(b)).map((event) => eventRow(event, nowMs));
  return table("Events", ["Type", "Reason", "Age", "From", "Message"], rows);
}

function eventRow(event: KubeObject, nowMs: number): readonly string[] {
  const times = eventCount(event);
  const last = ageOf(lastSeen(event), nowMs);
  return [
    stringAt(event, "type") ?? "",
    stringAt(event, "reason") ?? "",
    times > 1 ? `${last} (x${times} over ${ageOf(firstSeen(event), nowMs)})` : last,
    eventSource(event).split(", ")[0] ?? "",
    eventMessage(event).replaceAll(/\s*\n\s*/g, " "),
  ];
}
