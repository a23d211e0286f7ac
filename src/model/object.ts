import { type ClusterId } from "./ids.ts";
import { type JsonObject, type JsonValue } from "./json.ts";

export type OwnerReference = Readonly<{
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}>;

/** ObjectMeta as an API server gives it; what is not listed here is kept too. */
export type ObjectMeta = JsonObject &
  Readonly<{
    name: string;
    namespace?: string;
    uid?: string;
    /** An opaque cursor: compared for equality only. */
    resourceVersion?: string;
    generation?: number;
    /** RFC 3339. */
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Readonly<Record<string, string>>;
    annotations?: Readonly<Record<string, string>>;
    ownerReferences?: readonly OwnerReference[];
    finalizers?: readonly string[];
  }>;

/** Any object of any kind, as the API server gave it: untyped beyond what all have in common. */
export type KubeObject = Readonly<{ apiVersion: string; kind: string; metadata: ObjectMeta }> & {
  readonly [key: string]: JsonValue | undefined;
};

/** Which object, in which cluster: enough to ask for it again. */
export type ObjectRef = Readonly<{
  cluster: ClusterId;
  group: string;
  version: string;
  kind: string;
  namespace?: string;
  name: string;
  uid?: string;
}>;

/** "apps/v1" → group "apps", version "v1"; "v1" → the core group "". */
export function splitApiVersion(apiVersion: string): Readonly<{ group: string; version: string }> {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export const joinApiVersion = (group: string, version: string): string =>
  group === "" ? version : `${group}/${version}`;
