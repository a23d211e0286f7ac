import { objectAt, stringAt } from "../../model/index.ts";
import { type Intent, isEnding, type Step, statusIntent } from "./model.ts";

export const definitionCollection = "customresourcedefinitions.apiextensions.k8s.io";
const cleanup = "customresourcecleanup.apiextensions.k8s.io";

/** Accepts a definition's names, and takes its objects along when it is deleted. */
export const stepDefinition: Step = (definition, view) => {
  const collection = definitionCollection;
  const finalizers = definition.metadata.finalizers ?? [];
  if (isEnding(definition)) {
    const objects = view.list(
      `${stringAt(definition["spec"], "names", "plural")}.${stringAt(definition["spec"], "group")}`,
    );
    if (objects.length > 0)
      return objects.filter((object) => !isEnding(object)).map((object) => removal(definition.metadata.name, object));
    const metadata = { ...definition.metadata, finalizers: finalizers.filter((held) => held !== cleanup) };
    return finalizers.includes(cleanup) ? [{ type: "update", collection, object: { ...definition, metadata } }] : [];
  }
  if (!finalizers.includes(cleanup)) {
    const metadata = { ...definition.metadata, finalizers: [...finalizers, cleanup] };
    return [{ type: "update", collection, object: { ...definition, metadata } }];
  }
  if (definition["status"] !== undefined) return [];
  const at = new Date(view.nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: "True",
    lastTransitionTime: at,
    reason,
    message,
  });
  return statusIntent(collection, definition, {
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    acceptedNames: objectAt(definition["spec"], "names"),
    storedVersions: [stringAt(definition["spec"], "versions", 0, "name") ?? "v1"],
  });
};

const removal = (
  collection: string,
  { metadata }: Readonly<{ metadata: Readonly<{ namespace?: string; name: string }> }>,
): Intent => ({
  type: "delete",
  collection,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
});
