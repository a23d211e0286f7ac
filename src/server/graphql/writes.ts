import { type Cluster, type Patch } from "../../cluster/index.ts";
import { pruneObject } from "../../inventory/index.ts";
import {
  apiVersionOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  type Resource,
  splitApiVersion,
  stringAt,
} from "../../model/index.ts";
import { acting } from "../acting.ts";
import { type GraphqlContext } from "./context.ts";
import { type ResourceNode, toldNode } from "./node.ts";
import { invalid, type Optional } from "./questions.ts";

const defaultFieldManager = "heddle";

type Named = Readonly<{ cluster: string; kind: string; name: string }> & Optional<{ namespace: string }>;
type Written = Optional<{ fieldManager: string; dryRun: boolean }>;

/** Server-side apply of a whole object or some of its fields. */
export async function applyObject(
  context: GraphqlContext,
  args: Readonly<{ cluster: string; object?: JsonValue | undefined }> & Written & Optional<{ force: boolean }>,
): Promise<ResourceNode> {
  const { object } = args;
  const [apiVersion, kind, name] = [
    stringAt(object, "apiVersion"),
    stringAt(object, "kind"),
    stringAt(object, "metadata", "name"),
  ];
  if (!isJsonObject(object) || apiVersion === undefined || kind === undefined || name === undefined)
    throw invalid("object must have apiVersion, kind and metadata.name");
  const { group, version } = splitApiVersion(apiVersion);
  const namespace = stringAt(object, "metadata", "namespace");
  const named = { cluster: args.cluster, kind: `${kind}.${version}.${group}`, namespace, name };
  return await acting(context, { action: "apply", ...named, dryRun: args.dryRun }, async (cluster) => {
    const resource = await servedKind(cluster, named.kind, context.signal);
    const written = await cluster.objects.patch(resource, targetOf(resource, named), {
      type: "apply",
      patch: object,
      force: args.force ?? false,
      dryRun: args.dryRun ?? false,
      fieldManager: args.fieldManager ?? defaultFieldManager,
      signal: context.signal,
    });
    return writtenNode(cluster, resource, written);
  });
}

/** Changes an object that exists. */
export async function patchObject(
  context: GraphqlContext,
  args: Named & Written & Readonly<{ patch?: JsonValue | undefined }> & Optional<{ type: PatchType }>,
): Promise<ResourceNode> {
  const patch = patchOf(args.type ?? "MERGE", args.patch);
  return await acting(context, { action: "patch", ...namedOf(args) }, async (cluster) => {
    const resource = await servedKind(cluster, args.kind, context.signal);
    const written = await cluster.objects.patch(resource, targetOf(resource, args), {
      ...patch,
      dryRun: args.dryRun ?? false,
      fieldManager: args.fieldManager ?? defaultFieldManager,
      signal: context.signal,
    });
    return writtenNode(cluster, resource, written);
  });
}

/** What is logged: never what was written, which may be a secret. */
const namedOf = ({ cluster, kind, namespace, name, dryRun }: Named & Optional<{ dryRun: boolean }>) => ({
  cluster,
  kind,
  namespace,
  name,
  dryRun,
});

type PatchType = "MERGE" | "STRATEGIC" | "JSON";

function patchOf(type: PatchType, patch: JsonValue | undefined): Patch {
  if (type === "JSON") {
    if (Array.isArray(patch)) return { type: "json", patch };
    throw invalid("a patch of type JSON must be a list of operations (RFC 6902)");
  }
  if (isJsonObject(patch)) return { type: type === "MERGE" ? "merge" : "strategic", patch };
  throw invalid(`a patch of type ${type} must be an object`);
}

/** False when it was not there. */
export async function deleteObject(
  context: GraphqlContext,
  args: Named &
    Optional<{ propagation: "Foreground" | "Background" | "Orphan"; gracePeriodSeconds: number; dryRun: boolean }>,
): Promise<boolean> {
  return await acting(context, { action: "delete", ...namedOf(args) }, async (cluster) => {
    const resource = await servedKind(cluster, args.kind, context.signal);
    const { propagation, gracePeriodSeconds } = args;
    const answer: JsonObject | undefined = await cluster.objects.delete(resource, targetOf(resource, args), {
      dryRun: args.dryRun ?? false,
      signal: context.signal,
      ...(propagation && { propagation }),
      ...(gracePeriodSeconds != null && { gracePeriodSeconds }),
    });
    return answer !== undefined;
  });
}

async function servedKind({ discovery }: Cluster, word: string, signal: AbortSignal): Promise<Resource> {
  const [resource, ...others] = await discovery.find(word, signal);
  if (resource !== undefined && others.length === 0) return resource;
  throw invalid(`"${word}" means several kinds: name one of them`);
}

function targetOf(
  resource: Resource,
  { namespace, name }: Readonly<{ namespace?: string | null | undefined; name: string }>,
) {
  if (!resource.namespaced) return { name };
  if (namespace) return { namespace, name };
  throw invalid(`a ${resource.kind} lies in a namespace: name it`);
}

/** As the server tells objects elsewhere: without managedFields, and without a Secret's values. */
function writtenNode({ id }: Cluster, resource: Resource, written: KubeObject): ResourceNode {
  const { object } = pruneObject({ ...written, apiVersion: apiVersionOf(resource), kind: resource.kind });
  const { namespace, name, uid } = object.metadata;
  const { group, version, kind } = resource;
  const place = namespace === undefined ? {} : { namespace };
  return toldNode(
    { cluster: id, group, version, kind, ...place, name, ...(uid !== undefined && { uid }) },
    object,
    true,
  );
}
