import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  numberAt,
  stringAt,
} from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";
import { existing } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { timestampOf } from "./metadata.ts";
import { type RequestTarget } from "./request-target.ts";
import { badRequest, conflict } from "./status-failure.ts";

type Propagation = "Foreground" | "Background" | "Orphan";

/** meta.DeleteOptions, from the body or, where there is none, from the query. */
export type DeleteRequest = Readonly<{
  propagation: Propagation | undefined;
  graceSeconds: number | undefined;
  uid: string | undefined;
  resourceVersion: string | undefined;
  dryRun: boolean;
}>;

export function parseDelete(body: JsonValue | undefined, query: URLSearchParams): DeleteRequest {
  const options = isJsonObject(body) ? body : {};
  const propagation = stringAt(options, "propagationPolicy") ?? query.get("propagationPolicy") ?? undefined;
  if (propagation !== undefined && !isPropagation(propagation))
    throw badRequest(`invalid propagation policy: ${propagation}`);
  const grace = numberAt(options, "gracePeriodSeconds") ?? numberOf(query.get("gracePeriodSeconds"));
  return {
    propagation,
    graceSeconds: grace,
    uid: stringAt(options, "preconditions", "uid"),
    resourceVersion: stringAt(options, "preconditions", "resourceVersion"),
    dryRun: options["dryRun"] !== undefined || query.get("dryRun") === "All",
  };
}

const numberOf = (text: string | null): number | undefined => (text === null ? undefined : Number(text));

const isPropagation = (text: string): text is Propagation => ["Foreground", "Background", "Orphan"].includes(text);

/** DELETE of one object: the object while something holds it, else a Status that says it is gone. */
export function deleteObject(context: ApiContext, target: RequestTarget, request: DeleteRequest): JsonObject {
  const { resource } = target;
  const before = existing(context, target);
  checkPreconditions(resource, before, request);
  const marked = mark(context, resource, { before, request });
  const { name, namespace = "", uid } = before.metadata;
  if (request.dryRun) return (marked ?? gone(resource, { name, uid })) as JsonObject;
  if (marked === undefined) {
    context.store.remove(resource.collection, namespace, name);
    return gone(resource, { name, uid });
  }
  if (marked === before) return before as JsonObject;
  return context.store.put(resource.collection, marked).object() as JsonObject;
}

function checkPreconditions(resource: ServedResource, { metadata }: KubeObject, request: DeleteRequest): void {
  // In this message the API server calls the kind by its name, not by its plural.
  const named = { plural: resource.kind, group: resource.group, name: metadata.name };
  const { uid, resourceVersion } = request;
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      named,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      named,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

type Marking = Readonly<{ before: KubeObject; request: DeleteRequest }>;

/** The object as it waits for its end; undefined when nothing holds it. */
function mark(context: ApiContext, resource: ServedResource, { before, request }: Marking): KubeObject | undefined {
  const finalizers = [...new Set([...(before.metadata.finalizers ?? []), ...finalizersOf(request)])];
  const graceSeconds = graceOf(resource, before, request);
  const isNamespace = resource.collection === "namespaces";
  if (finalizers.length === 0 && graceSeconds === 0 && !isNamespace) return undefined;
  const already = before.metadata.deletionTimestamp !== undefined;
  if (already && finalizers.length === (before.metadata.finalizers ?? []).length && !shortens(before, graceSeconds))
    return before;
  const metadata = {
    ...before.metadata,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    deletionTimestamp: before.metadata.deletionTimestamp ?? endOf(context, graceSeconds),
    deletionGracePeriodSeconds: graceSeconds,
    ...(resource.generations ? { generation: (before.metadata.generation ?? 0) + 1 } : {}),
  };
  const status = isNamespace ? { status: { phase: "Terminating" } } : {};
  return { ...before, metadata, ...status } as KubeObject;
}

const finalizersOf = ({ propagation }: DeleteRequest): readonly string[] =>
  propagation === "Foreground" ? ["foregroundDeletion"] : propagation === "Orphan" ? ["orphan"] : [];

const shortens = ({ metadata }: KubeObject, seconds: number): boolean =>
  seconds < Number(metadata["deletionGracePeriodSeconds"] ?? 0);

/** A pod on a node is given time to end; everything else ends at once. */
function graceOf({ graceful = false }: ServedResource, object: KubeObject, { graceSeconds }: DeleteRequest): number {
  if (!graceful || stringAt(object["spec"], "nodeName") === undefined) return 0;
  const phase = stringAt(object["status"], "phase");
  if (phase === "Succeeded" || phase === "Failed") return 0;
  return graceSeconds ?? numberAt(object["spec"], "terminationGracePeriodSeconds") ?? 30;
}

const endOf = ({ clock }: ApiContext, graceSeconds: number): string =>
  timestampOf({ nowMs: () => clock.nowMs() + graceSeconds * 1000 });

const gone = (
  { plural, group }: ServedResource,
  object: Readonly<{ name: string; uid: string | undefined }>,
): JsonObject => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: {
    name: object.name,
    ...(group === "" ? {} : { group }),
    kind: plural,
    ...(object.uid === undefined ? {} : { uid: object.uid }),
  },
});
