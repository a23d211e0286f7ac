import { splitApiVersion, stringAt } from "../../model/index.ts";
import { type Extractor } from "./model.ts";
import { inside, named, rootOf } from "./walk.ts";

/** What a HorizontalPodAutoscaler scales, in its own namespace. */
export const autoscalerReferences: Extractor = (autoscaler) => {
  const target = inside(rootOf(autoscaler), "spec", "scaleTargetRef");
  const kind = stringAt(target.value, "kind");
  if (kind === undefined) return [];
  const { group } = splitApiVersion(stringAt(target.value, "apiVersion") ?? "v1");
  return named(target, "name", { type: "scales", group, kind, namespace: autoscaler.metadata.namespace ?? "" });
};
