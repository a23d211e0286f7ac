import { type EventRecord } from "../../events/index.ts";
import { type ClusterId, isJsonObject, jsonAt, type JsonValue, type KubeObject, stringAt } from "../../model/index.ts";
import { createChangeFilter } from "../change-filter.ts";
import { type Builder } from "./builder.ts";
import { type GraphqlContext } from "./context.ts";
import { type ResourceNode, storedNode, toldNode } from "./node.ts";
import { sequenceOf } from "../routes/changes.ts";
import { type FilterInput, invalid, storeQueryOf, viewOf } from "./questions.ts";
import { type addFilter } from "./queries.ts";
import { type Types } from "./types.ts";

const changeTypes = ["SNAPSHOT", "SNAPSHOT_DONE", "CREATED", "UPDATED", "DELETED", "SYNCED", "RESET"] as const;

/** One thing that a subscriber is told. */
type ChangeNode = Readonly<{
  type: (typeof changeTypes)[number];
  cluster?: ClusterId;
  resource?: ResourceNode;
  sequence?: string;
  id?: string;
  time?: string;
  finalState?: string;
}>;

/** Objects a page of the starting snapshot. */
const snapshotPage = 500;

/** What can be followed. */
export function addSubscriptions(builder: Builder, types: Types, filter: ReturnType<typeof addFilter>): void {
  const change = addChange(builder, types);
  builder.subscriptionFields((t) => ({
    resourceChanged: t.field({
      type: change,
      description:
        "Changes as they come; with `snapshot`, first everything that is (SNAPSHOT each, then SNAPSHOT_DONE), without a gap between the two: what changed meanwhile may be told twice. RESET: some were missed, so subscribe anew.",
      args: {
        filter: t.arg({ type: filter, required: false }),
        snapshot: t.arg.boolean({ defaultValue: false }),
        after: t.arg.string({ required: false, description: "Only what came after this `sequence`." }),
      },
      subscribe: (_root, { filter, snapshot, after }, context) =>
        follow(context, {
          filter: filter ?? {},
          snapshot: snapshot ?? false,
          after: after ?? undefined,
        }),
      resolve: (told) => told,
    }),
  }));
}

function addChange(builder: Builder, { resource, cluster }: Types) {
  const type = builder.enumType("ChangeType", { values: changeTypes });
  return builder.objectRef<ChangeNode>("ResourceChange").implement({
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

type Wanted = Readonly<{ filter: FilterInput; snapshot: boolean; after: string | undefined }>;

/** Filters that the log's events can be asked by. */
const eventFilters = new Set(["clusters", "kinds", "namespaces", "labelSelector"]);

async function* follow({ deps, signal }: GraphqlContext, wanted: Wanted): AsyncGenerator<ChangeNode> {
  const { filter, snapshot } = wanted;
  for (const [key, value] of Object.entries(filter))
    if (value != null && !eventFilters.has(key))
      throw invalid(`changes cannot be filtered by ${key}: expected ${[...eventFilters].join(", ")}`);
  const query = storeQueryOf(deps, { ...filter, kinds: null });
  const isAskedFor = createChangeFilter(
    {
      clusters: query.clusters,
      kinds: filter.kinds ?? undefined,
      namespaces: query.namespaces,
      labelSelector: query.labelSelector,
    },
    deps.store,
  );
  // Before the snapshot is taken: what changes while it is taken is told after it.
  const from = wanted.after === undefined ? deps.catalog.log.bounds().last : sequenceOf(wanted.after);
  if (snapshot) yield* snapshotOf(deps, filter, signal);
  for await (const delivery of deps.changes.follow({ after: from, signal })) {
    if (delivery.type === "missed") yield { type: "RESET", sequence: String(delivery.to) };
    else for (const record of delivery.records) if (isAskedFor(record)) yield changeOf(record);
  }
}

async function* snapshotOf(
  deps: GraphqlContext["deps"],
  filter: FilterInput,
  signal: AbortSignal,
): AsyncGenerator<ChangeNode> {
  const query = storeQueryOf(deps, filter);
  let cursor: string | undefined;
  do {
    const page = await deps.store.query({ ...query, limit: snapshotPage, cursor }, signal);
    for (const stored of page.objects)
      yield { type: "SNAPSHOT", cluster: stored.ref.cluster, resource: storedNode(stored) };
    cursor = page.next;
  } while (cursor !== undefined);
  yield { type: "SNAPSHOT_DONE" };
}

function changeOf({ type, cluster, ref, sequence, id, text }: EventRecord): ChangeNode {
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
