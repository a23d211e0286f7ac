import { type ClusterFreshness, type CountQuery, type Page } from "../../inventory/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { ServerError } from "../failures.ts";
import { findClusters } from "../kinds.ts";
import { parseResourceId } from "../resource-id.ts";
import { findObject } from "../routes/relations.ts";
import { type Builder } from "./builder.ts";
import { type GraphqlContext, paced } from "./context.ts";
import { nodeOf, type ResourceNode, storedNode } from "./node.ts";
import { checkLimit, invalid, type Optional, storeQueryOf, viewOf } from "./questions.ts";
import { type Types } from "./types.ts";

/** How many objects `kubernetesResources` answers at most. */
const listLimit = 5_000;

export function addFilter(builder: Builder) {
  return builder.inputType("ResourceFilter", {
    description: "All parts must hold; a part left out always does, an empty list never.",
    fields: (t) => ({
      clusters: t.idList(),
      kinds: t.stringList({ description: 'As people write them: "po", "Deployment", "gateways.networking.istio.io".' }),
      namespaces: t.stringList({ description: "Only what is in one of these: nothing that is cluster-wide." }),
      names: t.stringList(),
      uid: t.string(),
      owner: t.string({ description: "The uid of any owner." }),
      node: t.string({ description: "The Node that a Pod runs on." }),
      status: t.stringList({ description: 'Words of `status`: "Running", "CrashLoopBackOff".' }),
      health: t.stringList({ description: '"healthy", "progressing" (needs nobody yet), "unhealthy".' }),
      search: t.string({ description: "Part of the name, in small or capital letters." }),
      labelSelector: t.string({ description: "Kubernetes' grammar, whole." }),
      fieldSelector: t.string({ description: "Kubernetes' grammar; any path of a scalar." }),
    }),
  });
}

const sortWords =
  '"identity", "name", "age", "status", "health", "cluster", "kind", "namespace", the name of an attribute, or the path of a scalar.';

/** What can be asked. */
export function addQueries(builder: Builder, types: Types, filter: ReturnType<typeof addFilter>): void {
  addClustersQuery(builder, types);
  addResourcesQuery(builder, types, filter);
  addResourceQuery(builder, types);
  addKindQuery(builder, types);
}

const addClustersQuery = (builder: Builder, { cluster }: Types): void =>
  builder.queryField("clusters", (t) =>
    t.field({
      type: [cluster],
      args: { ids: t.arg.idList({ required: false }) },
      resolve: (_root, { ids }, { deps, views }) => {
        const asked = new Set(findClusters(deps.fleet.clusters(), ids ?? undefined));
        return [...views().values()].filter(({ info }) => asked.has(info.id));
      },
    }),
  );

function addResourcesQuery(builder: Builder, types: Types, filter: ReturnType<typeof addFilter>): void {
  const page = addPage(builder, types);
  const sort = builder.inputType("ResourceSort", {
    fields: (t) => ({
      by: t.string({ required: true, description: sortWords }),
      descending: t.boolean(),
    }),
  });
  builder.queryField("resources", (t) =>
    t.field({
      type: page,
      description: "Objects of the store, a page at a time.",
      args: {
        filter: t.arg({ type: filter, required: false }),
        sort: t.arg({ type: sort, required: false }),
        limit: t.arg.int({ defaultValue: 100 }),
        cursor: t.arg.string({ required: false, description: "`next` of the page before." }),
        offset: t.arg.int({
          required: false,
          description: "Leaves out as many objects, for who leaps; not together with `cursor`, which costs less.",
        }),
      },
      resolve: async (_root, { filter, sort, limit, cursor, offset }, { deps, spend, signal }) => {
        const asked = storeQueryOf(deps, filter ?? {});
        const query = {
          ...asked,
          limit: checkLimit(limit ?? 100),
          cursor: cursor ?? undefined,
          offset: checkOffset(offset ?? 0, cursor),
          sort: sort ? { by: sort.by, ...(sort.descending && { descending: true }) } : undefined,
        };
        const found = await deps.store.query(query, signal);
        spend(found.objects.length);
        return { ...found, asked };
      },
    }),
  );
}

const addResourceQuery = (builder: Builder, { resource }: Types): void =>
  builder.queryField("resource", (t) =>
    t.field({
      type: resource,
      nullable: true,
      description: "One object, by its id or by cluster, kind, namespace and name; null where there is none.",
      args: {
        id: t.arg.id({ required: false }),
        cluster: t.arg.id({ required: false }),
        kind: t.arg.string({ required: false }),
        namespace: t.arg.string({ required: false }),
        name: t.arg.string({ required: false }),
      },
      resolve: (_root, args, { deps }) => findOne(deps, args),
    }),
  );

const addKindQuery = (builder: Builder, { resource }: Types): void =>
  builder.queryField("kubernetesResources", (t) =>
    t.field({
      type: [resource],
      description: `All objects of one kind in one cluster, at most ${listLimit}: more are asked for by \`resources\`.`,
      args: {
        cluster: t.arg.id({ required: true }),
        type: t.arg.string({ required: true, description: 'As people write it: "pod", "deployments.apps".' }),
        namespace: t.arg.string({ required: false }),
        labelSelector: t.arg.string({ required: false }),
      },
      resolve: async (_root, { cluster, type, namespace, labelSelector }, context) => {
        const { deps, spend, signal } = context;
        const filter = {
          clusters: [cluster],
          kinds: [type],
          labelSelector,
          namespaces: namespace ? [namespace] : null,
        };
        const query = { ...storeQueryOf(deps, filter), limit: listLimit + 1 };
        const found = await deps.store.query(query, signal);
        spend(found.objects.length);
        if (found.objects.length > listLimit || found.next !== undefined)
          throw new ServerError(
            400,
            "HEDDLE_SERVER_ANSWER_TOO_LARGE",
            `there are more than ${listLimit} of them: ask for pages, resources(filter: …, limit: …, cursor: …)`,
          );
        return paced(found.objects.map(storedNode), context);
      },
    }),
  );

function addPage(builder: Builder, { resource, freshness, cluster }: Types) {
  const own = builder.objectRef<ClusterFreshness>("ClusterFreshness").implement({
    fields: (t) => ({
      cluster: t.field({ type: cluster, resolve: (one, _args, { views }) => viewOf(views, one.cluster) }),
      freshness: t.field({ type: freshness, resolve: (one) => one.freshness }),
    }),
  });
  return builder.objectRef<AskedPage>("ResourcePage").implement({
    fields: (t) => ({
      total: t.int({
        description: "How many objects meet the filter, on all pages. Costs only who asks for it.",
        resolve: async ({ asked }, _args, { deps, signal }) => (await deps.store.count(asked, [], signal)).total,
      }),
      revision: t.float({
        description: "Grows with each change that the store takes in: all up to this one are in the page.",
        resolve: ({ revision }) => revision,
      }),
      items: t.field({
        type: [resource],
        resolve: ({ objects }, _args, context) => paced(objects.map(storedNode), context),
      }),
      next: t.string({
        nullable: true,
        description: "The cursor of the next page; null after the last.",
        resolve: ({ next }) => next ?? null,
      }),
      freshness: t.field({ type: [own], resolve: (found) => [...found.freshness] }),
    }),
  });
}

type AskedPage = Page & Readonly<{ asked: CountQuery }>;

/** Where a page begins. Fails with HEDDLE_SERVER_QUESTION_INVALID. */
function checkOffset(offset: number, cursor: string | null | undefined): number {
  if (offset < 0) throw invalid(`offset must be from 0 on, not ${offset}`);
  if (offset > 0 && cursor != null) throw invalid("ask by offset or by cursor, not by both");
  return offset;
}

type OneArgs = Optional<Record<"id" | "cluster" | "kind" | "namespace" | "name", string>>;
type Deps = GraphqlContext["deps"];

function findOne(deps: Deps, { id, cluster, kind, namespace, name }: OneArgs): ResourceNode | null {
  if (id != null) {
    const named = parseResourceId(id);
    if (named === undefined) throw invalid(`"${id}" is no id: expected CLUSTER/GROUP/KIND/NAMESPACE/NAME`);
    const node = nodeOf(deps, named);
    return node.exists ? node : null;
  }
  if (cluster == null || kind == null || name == null) throw invalid("resource wants an id, or cluster, kind and name");
  const [known] = findClusters(deps.fleet.clusters(), [cluster]);
  try {
    const asked = { cluster: known ?? (cluster as ClusterId), kind, namespace: namespace ?? undefined, name };
    return nodeOf(deps, findObject(deps.store, asked));
  } catch (error) {
    if (error instanceof ServerError && error.code === "HEDDLE_CLUSTER_NOT_FOUND") return null;
    throw error;
  }
}
