import { type JsonValue } from "../json.ts";
import { type KubeObject, type ObjectRef, splitApiVersion } from "../object.ts";

type KindRef = Pick<ObjectRef, "group" | "kind">;

/** Where a kind's field of this name really lies, and what it counts as when it is not there. */
type KnownField = Readonly<{ path: readonly string[]; missing: string }>;

const field = (path: string, missing = ""): KnownField => ({ path: path.split("."), missing });

/**
 * The fields that the API server itself selects by, where they are more than the path of a text: numbers and booleans
 * count as "0" and "false" when they are not there, and some names are not where they seem to be.
 */
const knownFields: ReadonlyMap<string, KnownField> = new Map([
  ["/Pod spec.hostNetwork", field("spec.hostNetwork", "false")],
  ["/Node spec.unschedulable", field("spec.unschedulable", "false")],
  ["/ReplicationController status.replicas", field("status.replicas", "0")],
  ["apps/ReplicaSet status.replicas", field("status.replicas", "0")],
  ["batch/Job status.successful", field("status.succeeded", "0")],
  ["/Event source", field("source.component")],
]);

const everyKind = new Set(["metadata.name", "metadata.namespace"]);

/** The fields by which the API server itself selects built-in kinds, besides those of every kind. */
const selectable: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "/Pod",
    [
      "spec.nodeName",
      "spec.restartPolicy",
      "spec.schedulerName",
      "spec.serviceAccountName",
      "spec.hostNetwork",
      "status.phase",
      "status.podIP",
      "status.nominatedNodeName",
    ],
  ],
  ["/Node", ["spec.unschedulable"]],
  ["/Namespace", ["status.phase"]],
  ["/Secret", ["type"]],
  ["/Service", ["spec.clusterIP", "spec.type"]],
  ["/ReplicationController", ["status.replicas"]],
  ["apps/ReplicaSet", ["status.replicas"]],
  ["batch/Job", ["status.successful"]],
  ["certificates.k8s.io/CertificateSigningRequest", ["spec.signerName"]],
]);

/** True when the API server selects this kind by this field, with the outcome that `fieldText` gives. */
export const isSelectable = ({ group, kind }: KindRef, name: string): boolean =>
  everyKind.has(name) || (selectable.get(`${group}/${kind}`)?.includes(name) ?? false);

/** The text that a field selector compares: any scalar at the path; "" for what is missing or no scalar. */
export function fieldText(object: KubeObject, name: string): string {
  const { group } = splitApiVersion(object.apiVersion);
  const known = knownFields.get(`${group}/${object.kind} ${name}`) ?? field(name);
  const found = scalarAt(object, known.path);
  if (found !== undefined) return String(found);
  // The API server fills in who reported an Event from either of its two fields.
  if (known.path.join(".") === "source.component" && object.kind === "Event")
    return String(scalarAt(object, ["reportingComponent"]) ?? "");
  return known.missing;
}

export type Scalar = string | number | boolean;

/** The scalar at a path of keys; a dot inside a key is not reached, list members are by their index. */
export function scalarAt(object: KubeObject, path: readonly string[]): Scalar | undefined {
  let current: JsonValue | undefined = object;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Readonly<Record<string, JsonValue>>)[step];
  }
  return typeof current === "object" ? undefined : current;
}
