import { type KubeObject, numberAt, stringAt } from "../../model/index.ts";
import { type Intent, type View } from "./model.ts";
import { type Notice } from "./notices.ts";

/** Turns notices into Kubernetes' Events: what was said before is counted, and what is old is taken away. */
export type EventWriter = Readonly<{ intents(notice: Notice, view: View): readonly Intent[] }>;

/** As an API server keeps them. */
const keptMs = 3_600_000;
/** Of one cluster: a world must not drown in what is told of it. */
const most = 2_000;

type Kept = Readonly<{ namespace: string; name: string; lastMs: number }>;

export function createEventWriter(): EventWriter {
  // The least recently told first.
  const kept = new Map<string, Kept>();
  let count = 0;
  const old = (nowMs: number): readonly Intent[] => {
    const gone: Intent[] = [];
    for (const [key, { namespace, name, lastMs }] of kept) {
      if (nowMs - lastMs < keptMs && kept.size < most) break;
      kept.delete(key);
      gone.push({ type: "delete", collection: "events", namespace, name });
    }
    return gone;
  };
  return {
    intents(notice, view) {
      const { about, reason, message } = notice;
      const key = [about.uid, reason, message].join("\n");
      const gone = old(view.nowMs);
      const known = kept.get(key);
      const before = known && view.get("events", known.namespace, known.name);
      const namespace = about.namespace === "" ? "default" : about.namespace;
      const name = known?.name ?? `${about.name}.${(++count).toString(16).padStart(16, "0")}`;
      kept.delete(key);
      kept.set(key, { namespace, name, lastMs: view.nowMs });
      if (before !== undefined) return [...gone, { type: "update", collection: "events", object: again(before, view) }];
      return [...gone, { type: "create", collection: "events", object: eventOf(notice, { namespace, name }, view) }];
    },
  };
}

const timestamp = (nowMs: number): string => new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");

const again = (before: KubeObject, { nowMs }: View): KubeObject => ({
  ...before,
  count: (numberAt(before["count"]) ?? 1) + 1,
  firstTimestamp: stringAt(before["firstTimestamp"]) ?? timestamp(nowMs),
  lastTimestamp: timestamp(nowMs),
});

function eventOf(
  { about, type, reason, message, component }: Notice,
  place: Readonly<{ namespace: string; name: string }>,
  { nowMs }: View,
): KubeObject {
  const { namespace, ...named } = about;
  const at = timestamp(nowMs);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: place,
    involvedObject: namespace === "" ? named : about,
    reason,
    message,
    source: { component },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: "",
  };
}
