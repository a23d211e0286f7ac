import { type JsonObject, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { controllerReference, namespaceOf } from "./model.ts";

/** A pod of an owner's template; its name is generated unless one is given. */
export function podFrom(owner: KubeObject, fixed: Readonly<{ name?: string; nodeName?: string }> = {}): KubeObject {
  const template = objectAt(owner["spec"], "template");
  const metadata = objectAt(template["metadata"]);
  const spec = {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    serviceAccountName: "default",
    ...objectAt(template["spec"]),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(fixed.name === undefined ? { generateName: `${owner.metadata.name}-`, name: "" } : { name: fixed.name }),
      namespace: namespaceOf(owner),
      labels: objectAt(metadata["labels"]) as Record<string, string>,
      ...(metadata["annotations"] === undefined
        ? {}
        : { annotations: metadata["annotations"] as Record<string, string> }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: fixed.nodeName === undefined ? spec : { ...spec, nodeName: fixed.nodeName },
  };
}

export const isReady = (pod: KubeObject): boolean =>
  listAt(pod["status"], "conditions").some(
    (condition) => stringAt(condition, "type") === "Ready" && stringAt(condition, "status") === "True",
  );

/** Names that a template's text gives: the same template, the same name. */
export function hashOf(template: JsonObject): string {
  let hash = 2_166_136_261;
  for (const char of JSON.stringify(template)) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0;
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return Array.from({ length: 9 }, (_, index) => letters[(hash >>> (index * 3)) % letters.length]).join("");
}
