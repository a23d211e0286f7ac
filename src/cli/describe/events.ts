import { type KubeObject, stringAt } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import { eventCount, eventMessage, eventSource, firstSeen, lastSeen } from "../tables/event.ts";
import { type DescribeContext } from "./describer.ts";
import { type Field, table } from "./field.ts";

/** The Events of an object, the oldest first. */
export async function describeEvents(object: KubeObject, { ask, nowMs }: DescribeContext): Promise<Field> {
  const { name, namespace, uid } = object.metadata;
  const about = [`involvedObject.name=${name}`, ...(uid === undefined ? [] : [`involvedObject.uid=${uid}`])];
  // The events of what is in no namespace are in "default"; nodes go by their name as uid, too.
  const found = await ask("events", {
    namespace: namespace ?? "default",
    fieldSelector: object.kind === "Node" ? `involvedObject.kind=Node,${about[0]}` : about.join(","),
  });
  const rows = found.toSorted((a, b) => timeOf(a) - timeOf(b)).map((event) => eventRow(event, nowMs));
  return table("Events", ["Type", "Reason", "Age", "From", "Message"], rows);
}

const timeOf = (event: KubeObject): number => Date.parse(lastSeen(event) ?? "") || 0;

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
