import { type ClusterInfo, type KubeObject } from "../../model/index.ts";
import { type Flags } from "../flags.ts";
import { type Section } from "../findings.ts";

/** An object and where it lives. `kept`: from what a server keeps, not from its cluster. */
export type Entry = Readonly<{ cluster: ClusterInfo; object: KubeObject; kept: boolean }>;

/** Where an object that leaves its cluster says which one it came from. */
export const clusterAnnotation = "heddle.dev/cluster";

/** Every object of a section in the fleet's order of clusters. */
export const entriesOf = ({ parts }: Section): readonly Entry[] =>
  parts.flatMap(({ cluster, objects, kept }) => objects.map((object) => ({ cluster, object, kept })));

/** The object as the API server gave it, and the annotation that names its cluster. */
export function withCluster({ cluster, object }: Entry): KubeObject {
  const annotations = { ...object.metadata.annotations, [clusterAnnotation]: cluster.id };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** As kubectl writes objects: without the long record of who set which field, unless --show-managed-fields. */
export function readable(object: KubeObject, flags: Flags): KubeObject {
  if (flags.on("showManagedFields")) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
