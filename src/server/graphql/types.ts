import { createDescriber, type DescribedRelation, type Relation, type RelationsQuery } from "../../inventory/index.ts";
import { attributesOf, type Freshness, healthWord, statusOf, toYaml } from "../../model/index.ts";
import { type ClusterView } from "../clusters-view.ts";
import { type HeldCounts } from "../held-counts.ts";
import { isRelationType, relationTypes } from "../relation-types.ts";
import { resourceId } from "../resource-id.ts";
import { depthLimit, freshnessOf, missingName, relationsLimit } from "../routes/relations.ts";
import { type Builder, type SchemaTypes } from "./builder.ts";
import { addCondition, conditionNodes } from "./conditions.ts";
import { type GraphqlContext, paced } from "./context.ts";
import { foundNode, nodeOf, type ResourceNode } from "./node.ts";
import { invalid, type Optional, viewOf } from "./questions.ts";

/** A relation, and who tells why it is: the same for all relations of an answer. */
export type RelationshipNode = Readonly<{ relation: Relation; describe: (relation: Relation) => DescribedRelation }>;

export type Types = ReturnType<typeof addTypes>;

/** Clusters, objects and what is between them. */
export function addTypes(builder: Builder) {
  const freshness = builder.objectRef<Freshness>("Freshness").implement({
    description: "How far an answer can be trusted.",
    fields: (t) => ({
      state: t.exposeString("state", { description: '"live", "catching-up" or "stale".' }),
      since: t.string({
        nullable: true,
        description: "Since when it is not live (RFC 3339).",
        resolve: (value) => ("sinceMs" in value ? new Date(value.sinceMs).toISOString() : null),
      }),
    }),
  });
  const cluster = addCluster(builder, freshness);
  const resource = builder.objectRef<ResourceNode>("Resource");
  const direction = addDirection(builder);
  const relationship = addRelationship(builder, resource);
  const condition = addCondition(builder);
  addResource({ resource, cluster, freshness, direction, relationship, condition });
  return { freshness, cluster, resource, direction };
}

type FreshnessRef = PothosSchemaTypes.ObjectRef<SchemaTypes, Freshness>;
type ResourceRef = PothosSchemaTypes.ImplementableObjectRef<SchemaTypes, ResourceNode>;

/** As the store has them, else as the last health check counted them. */
const countsOf = async (view: ClusterView, { held }: GraphqlContext): Promise<HeldCounts> => ({
  ...view,
  ...(await held()).get(view.info.id),
});

const addCluster = (builder: Builder, freshness: FreshnessRef) =>
  builder.objectRef<ClusterView>("Cluster").implement({
    description: "One cluster of the fleet, as it was last seen.",
    fields: (t) => ({
      id: t.id({ resolve: ({ info }) => info.id }),
      name: t.string({ resolve: ({ info }) => info.name }),
      environment: t.string({ nullable: true, resolve: ({ info }) => info.environment ?? null }),
      region: t.string({ nullable: true, resolve: ({ info }) => info.region ?? null }),
      server: t.string({ resolve: ({ info }) => info.server }),
      state: t.string({
        description: '"Unknown", "Connected", "Degraded" or "Failed".',
        resolve: ({ health }) => health.state,
      }),
      reason: t.string({ resolve: ({ health }) => health.reason }),
      version: t.string({ nullable: true, resolve: ({ health }) => health.version ?? null }),
      nodesReady: t.int({
        nullable: true,
        resolve: async (view, _args, context) => (await countsOf(view, context)).nodes?.ready ?? null,
      }),
      nodes: t.int({
        nullable: true,
        resolve: async (view, _args, context) => (await countsOf(view, context)).nodes?.total ?? null,
      }),
      namespaces: t.int({
        nullable: true,
        resolve: async (view, _args, context) => (await countsOf(view, context)).namespaces ?? null,
      }),
      objects: t.exposeInt("objects", { description: "Objects in the store." }),
      synced: t.boolean({
        description: "Whether everything of it was listed once.",
        resolve: ({ progress }) => progress?.synced ?? false,
      }),
      lastSuccess: t.string({
        nullable: true,
        description: "When it last answered or told something (RFC 3339).",
        resolve: ({ lastSuccessAtMs }) =>
          lastSuccessAtMs === undefined ? null : new Date(lastSuccessAtMs).toISOString(),
      }),
      freshness: t.field({ type: freshness, nullable: true, resolve: (view) => view.freshness ?? null }),
    }),
  });

const addRelationship = (builder: Builder, resource: ResourceRef) =>
  builder.objectRef<RelationshipNode>("Relationship").implement({
    description: '"source type target": a Pod runs_on a Node.',
    fields: (t) => ({
      type: t.string({ description: relationTypes.join(", "), resolve: ({ relation }) => relation.type }),
      source: t.field({ type: resource, resolve: ({ relation }, _args, { deps }) => foundNode(deps, relation.from) }),
      target: t.field({
        type: resource,
        description: "May not exist: then only its name is known.",
        resolve: ({ relation }, _args, { deps }) =>
          "to" in relation
            ? foundNode(deps, relation.to)
            : nodeOf(deps, missingName(relation.from.cluster, relation.missing)),
      }),
      because: t.string({
        description: "Why, in words: which field names the other, or which selector matches which labels.",
        resolve: async ({ relation, describe }, _args, { pause }) => {
          for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
          return describe(relation).because;
        },
      }),
    }),
  });

type ResourceParts = Readonly<{
  resource: ResourceRef;
  cluster: ReturnType<typeof addCluster>;
  freshness: FreshnessRef;
  direction: ReturnType<typeof addDirection>;
  relationship: ReturnType<typeof addRelationship>;
  condition: ReturnType<typeof addCondition>;
}>;

const addDirection = (builder: Builder) =>
  builder.enumType("Direction", { values: ["OUT", "IN", "BOTH", "TREE"] as const });

function addResource({ resource, cluster, freshness, direction, relationship, condition }: ResourceParts): void {
  resource.implement({
    description: "One object of one cluster.",
    fields: (t) => ({
      id: t.id({ description: '"prod/apps/Deployment/default/web"', resolve: ({ name }) => resourceId(name) }),
      exists: t.exposeBoolean("exists"),
      cluster: t.field({ type: cluster, resolve: ({ name }, _args, { views }) => viewOf(views, name.cluster) }),
      group: t.string({ resolve: ({ name }) => name.group }),
      version: t.string({ nullable: true, resolve: ({ name }) => name.version ?? null }),
      kind: t.string({ resolve: ({ name }) => name.kind }),
      namespace: t.string({ nullable: true, resolve: ({ name }) => name.namespace ?? null }),
      name: t.string({ resolve: ({ name }) => name.name }),
      uid: t.string({ nullable: true, resolve: ({ name }) => name.uid ?? null }),
      status: t.string({
        nullable: true,
        description: "Its state in one word, kubectl's where it has one.",
        resolve: (node) => read(node, (object) => statusOf(object).word),
      }),
      health: t.string({
        nullable: true,
        description: '"healthy", "progressing" (on its way, needs nobody yet) or "unhealthy".',
        resolve: (node) => read(node, (object) => healthWord(statusOf(object))),
      }),
      reason: t.string({ nullable: true, resolve: (node) => read(node, (object) => statusOf(object).reason) }),
      createdAt: t.string({
        nullable: true,
        resolve: (node) => read(node, ({ metadata }) => metadata.creationTimestamp ?? null),
      }),
      labels: t.field({ type: "JSON", resolve: (node) => read(node, ({ metadata }) => metadata.labels) ?? {} }),
      annotations: t.field({
        type: "JSON",
        resolve: (node) => read(node, ({ metadata }) => metadata.annotations) ?? {},
      }),
      attributes: t.field({
        type: "JSON",
        description: "What is worth knowing of its kind: docs/attributes.md.",
        resolve: async (node, _args, context) => {
          for (let turn = context.pause(); turn !== undefined; turn = context.pause()) await turn;
          return read(node, attributesOf) ?? {};
        },
      }),
      object: t.field({
        type: "JSON",
        nullable: true,
        description: "The object itself, without managedFields, and a Secret without its values.",
        resolve: async (node, _args, context) => {
          for (let turn = context.pause(); turn !== undefined; turn = context.pause()) await turn;
          return node.object() ?? null;
        },
      }),
      conditions: t.field({ type: [condition], resolve: (node) => [...(read(node, conditionNodes) ?? [])] }),
      yaml: t.string({
        nullable: true,
        description: "`object` as kubectl writes it.",
        resolve: async (node, _args, context) => {
          for (let turn = context.pause(); turn !== undefined; turn = context.pause()) await turn;
          return read(node, toYaml);
        },
      }),
      freshness: t.field({
        type: freshness,
        nullable: true,
        resolve: ({ name }, _args, { deps }) => freshnessOf(deps.store, name) ?? null,
      }),
      relationships: t.field({
        type: [relationship],
        description:
          "What it relates to, with IN or BOTH what relates to it, with TREE what belongs together, over `depth` steps.",
        args: {
          depth: t.arg.int({ defaultValue: 1 }),
          types: t.arg.stringList({ required: false }),
          direction: t.arg({ type: direction, defaultValue: "OUT" }),
          limit: t.arg.int({ required: false, description: "Default 1,000." }),
        },
        resolve: (node, args, context) => relationshipsOf(node, args, context),
      }),
    }),
  });
}

const read = <T>(node: ResourceNode, ask: (object: NonNullable<ReturnType<ResourceNode["object"]>>) => T): T | null => {
  const object = node.object();
  return object === undefined ? null : ask(object);
};

type RelationshipArgs = Optional<{
  depth: number;
  types: readonly string[];
  direction: "OUT" | "IN" | "BOTH" | "TREE";
  limit: number;
}>;

async function relationshipsOf(
  { name, exists }: ResourceNode,
  args: RelationshipArgs,
  context: GraphqlContext,
): Promise<readonly Promise<RelationshipNode>[]> {
  if (!exists) return [];
  const { deps, spend, pause } = context;
  for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
  const found = deps.store.relations(name, relationsQueryOf(args))?.relations ?? [];
  spend(found.length);
  const describe = createDescriber(deps.store);
  return paced(
    found.map((relation) => ({ relation, describe })),
    context,
  );
}

/** Fails with HEDDLE_SERVER_QUESTION_INVALID for what is out of bounds. */
function relationsQueryOf({ depth, types, direction, limit }: RelationshipArgs): RelationsQuery {
  if (depth != null && (depth < 1 || depth > depthLimit)) throw invalid(`depth must be from 1 to ${depthLimit}`);
  if (limit != null && (limit < 1 || limit > relationsLimit))
    throw invalid(`limit must be from 1 to ${relationsLimit}`);
  const unknown = types?.find((type) => !isRelationType(type));
  if (unknown !== undefined) throw invalid(`"${unknown}" is no relation: expected ${relationTypes.join(", ")}`);
  return {
    depth: depth ?? 1,
    direction: ({ OUT: "out", IN: "in", BOTH: "both", TREE: "tree" } as const)[direction ?? "OUT"],
    ...(limit != null && { limit }),
    ...(types != null && { types: types.filter(isRelationType) }),
  };
}
