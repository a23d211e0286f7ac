import { type EventRecord } from "../../events/index.ts";
import { type ClusterId, isJsonObject, jsonAt, type JsonValue, type KubeObject, stringAt } from "../../model/index.ts";
import { createChangeFilter } from "../change-filter.ts";
import { type Builder } from "./builder.ts";
import { type GraphqlContext } from "./context.ts";
import { type ResourceNode, toldNode } from "./node.ts";
import { type FilterInput, invalid, storeQueryOf, viewOf } from "./questions.ts";
import { type Types } from "./types.ts";

const changeTypes = ["SNAPSHOT", "SNAPSHOT_DONE", "CREATED", "UPDATED", "DELETED", "SYNCED", "RESET"] as const;

/** One thing that a subscriber is told, or that the log holds. */
export type ChangeNode = Readonly<{
  type: (typeof changeTypes)[number];
  cluster?: ClusterId;
  resource?: ResourceNode;
  sequence?: string;
  id?: string;
  time?: string;
  finalState?: string;
}>;

export type ChangeType = ReturnType<typeof addChange>;

export function addChange(builder: Builder, { resource, cluster }: Types) {
  const type = builder.enumType("ChangeType", { values: changeTypes });
  return builder.objectRef<ChangeNode>("ResourceChange").implement({
    description: "What was seen of one object, as it was then.",
    fields: (t) => ({
      type: t.field({ type, resolve: (told) => told.type }),
      cluster: t.field({
        type: cluster,
        nullable: true,
        resolve: (told, _args, { views }) => (told.cluster === undefined ? null : viewOf(views, told.cluster)),
      }),
      resource: t.field({ type: resource, nullable: true, resolve: (told) => told.resource ?? null }),
      sequence: t.string({
        nullable: true,
        description: "Its place in the log: the `after` of whoever comes back.",
        resolve: (told) => told.sequence ?? null,
      }),
      id: t.string({
        nullable: true,
        description: "The same whenever the same change is told again.",
        resolve: (told) => told.id ?? null,
      }),
      time: t.string({ nullable: true, resolve: (told) => told.time ?? null }),
      finalState: t.string({
        nullable: true,
        description: 'Of a deleted object: "known" when `resource` is its last state, else "unknown".',
        resolve: (told) => told.finalState ?? null,
      }),
    }),
  });
}

/** Filters that the log's events can be asked by. */
const eventFilters = new Set(["clusters", "kinds", "namespaces", "names", "labelSelector"]);

/** Tells whether a change is asked for. Fails for what changes cannot be filtered by, and as `storeQueryOf` does. */
export function changeFilterOf(
  deps: GraphqlContext["deps"],
  filter: FilterInput,
): ReturnType<typeof createChangeFilter> {
  for (const [key, value] of Object.entries(filter))
    if (value != null && !eventFilters.has(key))
      throw invalid(`changes cannot be filtered by ${key}: expected ${[...eventFilters].join(", ")}`);
  const { clusters, namespaces, names, labelSelector } = storeQueryOf(deps, { ...filter, kinds: null });
  return createChangeFilter(
    { clusters, kinds: filter.kinds ?? undefined, namespaces, names, labelSelector },
    deps.store,
  );
}

/** Parses the event: about 30 µs. */
export function changeOf({ type, cluster, ref, sequence, id, text }: EventRecord): ChangeNode {
  const event = JSON.parse(text) as JsonValue;
  const data = jsonAt(event, "data");
  const time = stringAt(event, "time");
  const finalState = stringAt(event, "finalstate");
  const told = {
    cluster,
    id,
    sequence: String(sequence),
    ...(time !== undefined && { time }),
    ...(finalState !== undefined && { finalState }),
  };
  if (type === "kubernetes.cluster.synced" || ref === undefined) return { ...told, type: "SYNCED" };
  const deleted = type === "kubernetes.resource.deleted";
  const object = isJsonObject(data) ? (data as KubeObject) : undefined;
  const resource = toldNode(ref, object, !deleted);
  if (deleted) return { ...told, type: "DELETED", resource };
  return { ...told, type: type === "kubernetes.resource.created" ? "CREATED" : "UPDATED", resource };
}
