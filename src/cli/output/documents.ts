import { type ClusterInfo, type JsonObject, type KubeObject } from "../../model/index.ts";
import { type Part } from "../findings.ts";

/** Where an object that leaves its cluster says which one it came from. */
export const clusterAnnotation = "heddle.dev/cluster";

/** The object as the API server gave it, and the annotation that names its cluster. */
export function withCluster({ id }: ClusterInfo, object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [clusterAnnotation]: id };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** All objects as one v1 List, as kubectl makes it, each naming its cluster. */
export function listOf(objects: readonly KubeObject[]): JsonObject {
  return { apiVersion: "v1", items: objects, kind: "List", metadata: { resourceVersion: "" } };
}

/** Every object of the parts, in order, naming its cluster. */
export const objectsOf = (parts: readonly Part[]): readonly KubeObject[] =>
  parts.flatMap(({ cluster, objects }) => objects.map((object) => withCluster(cluster, object)));
