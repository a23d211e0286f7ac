import { createHash } from "node:crypto";
import { type Clock } from "../base/index.ts";
import { type Change, type ClusterId, type ObjectRef, type Resource } from "../model/index.ts";
import { type ChangeEvent, type ChangeEventType, type NewEvent, type SyncSummary } from "./model.ts";

/** One change as it may be told on: its object is pruned. */
export type SeenChange = Readonly<{ cluster: ClusterId; resource: Resource; change: Change }>;

/** A first sync that is done; `uid` is the cluster's. */
export type SeenSync = Readonly<{ cluster: ClusterId; uid: string; summary: SyncSummary }>;

/**
 * The CloudEvent of a change, but for its sequence. Its id is the same whenever the same state of the same object is
 * told again in the same way; its time is that of this call.
 */
export function changeEventOf({ cluster, resource, change }: SeenChange, clock: Pick<Clock, "nowMs">): NewEvent {
  const { object } = change;
  const { labels = {}, resourceVersion = "" } = object.metadata;
  const type = `kubernetes.resource.${change.type}` as const;
  const ref = refOf(cluster, resource, change);
  const subject = subjectOf(resource, ref);
  const finalstate = change.type === "deleted" ? { finalstate: change.finalState } : {};
  // Objects of a few aggregated APIs have no uid: their name is all they are.
  const id = eventId({ cluster, uid: ref.uid ?? subject, resourceVersion, type });
  return eventOf({ id, type, cluster, subject, ...finalstate, data: object }, clock, { ref, labels });
}

/** The event that stands once for everything that a first sync of a cluster found. */
export function syncEventOf({ cluster, uid, summary }: SeenSync, clock: Pick<Clock, "nowMs">): NewEvent {
  const type = "kubernetes.cluster.synced";
  const id = eventId({ cluster, uid, resourceVersion: "", type });
  return eventOf({ id, type, cluster, subject: cluster, data: summary }, clock, { labels: {} });
}

type Identity = Readonly<{ cluster: ClusterId; uid: string; resourceVersion: string; type: ChangeEventType }>;

const idLength = 22;

/** 132 bits of SHA-256: no two events of one fleet will ever share one by chance. */
const eventId = ({ cluster, uid, resourceVersion, type }: Identity): string =>
  createHash("sha256").update([cluster, uid, resourceVersion, type].join("\n")).digest("base64url").slice(0, idLength);

function refOf(cluster: ClusterId, { group, version, kind }: Resource, { object }: Change): ObjectRef {
  const { namespace, name, uid } = object.metadata;
  return {
    cluster,
    group,
    version,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

/** "apps/deployments/default/web", "core/nodes/node-1". */
function subjectOf({ group, plural }: Resource, { namespace, name }: ObjectRef): string {
  const place = [group === "" ? "core" : group, plural];
  return [...place, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

type Told = Pick<ChangeEvent, "id" | "type" | "cluster" | "subject" | "finalstate" | "data">;

function eventOf(
  { id, type, cluster, subject, finalstate, data }: Told,
  clock: Pick<Clock, "nowMs">,
  filtered: Pick<NewEvent, "ref" | "labels">,
): NewEvent {
  const time = new Date(clock.nowMs()).toISOString();
  const event = (sequence: number): ChangeEvent => ({
    specversion: "1.0",
    id,
    source: `/clusters/${cluster}`,
    type,
    subject,
    time,
    datacontenttype: "application/json",
    cluster,
    sequence: String(sequence),
    ...(finalstate === undefined ? {} : { finalstate }),
    data,
  });
  return { id, type, cluster, ...filtered, text: (sequence) => JSON.stringify(event(sequence)) };
}
