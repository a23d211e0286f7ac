import { isJsonObject, type JsonValue, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { subresourcesOf } from "./built-in.ts";
import { type ScalePaths, type ServedResource, type TableColumn } from "./model.ts";

const verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** What a CustomResourceDefinition lets be served: one entry for each served version. Empty while it is being deleted. */
export function customResources(definition: KubeObject): readonly ServedResource[] {
  if (definition.metadata.deletionTimestamp !== undefined) return [];
  const spec = objectAt(definition, "spec");
  return listAt(spec, "versions")
    .filter((version) => isJsonObject(version) && version["served"] === true)
    .map((version) => customResource(spec, version));
}

function customResource(spec: JsonValue, version: JsonValue): ServedResource {
  const [group, plural] = [stringAt(spec, "group") ?? "", stringAt(spec, "names", "plural") ?? ""];
  const kind = stringAt(spec, "names", "kind") ?? "";
  const name = stringAt(version, "name") ?? "";
  const subresources = objectAt(version, "subresources");
  const hasStatus = subresources["status"] !== undefined;
  const scale = scaleOf(objectAt(subresources, "scale"));
  return {
    group,
    version: name,
    kind,
    plural,
    singular: stringAt(spec, "names", "singular") ?? kind.toLowerCase(),
    namespaced: stringAt(spec, "scope") === "Namespaced",
    verbs,
    shortNames: textsAt(spec, "names", "shortNames"),
    categories: textsAt(spec, "names", "categories"),
    subresources: subresourcesOf({ group, version: name, kind }, { hasStatus, scaled: scale !== undefined }),
    listKind: stringAt(spec, "names", "listKind") ?? `${kind}List`,
    collection: `${plural}.${group}`,
    hasStatus,
    ...(scale === undefined ? {} : { scale }),
    selectableFields: listAt(version, "selectableFields").flatMap(
      (field) => stringAt(field, "jsonPath")?.slice(1) ?? [],
    ),
    generations: true,
    columns: columnsOf(version),
  };
}

function scaleOf(scale: JsonValue): ScalePaths | undefined {
  const [specReplicas, statusReplicas] = [stringAt(scale, "specReplicasPath"), stringAt(scale, "statusReplicasPath")];
  const selector = stringAt(scale, "labelSelectorPath");
  if (specReplicas === undefined || statusReplicas === undefined) return undefined;
  return { specReplicas, statusReplicas, ...(selector === undefined ? {} : { selector }) };
}

function columnsOf(version: JsonValue): readonly TableColumn[] {
  const columns = listAt(version, "additionalPrinterColumns").map((column) => ({
    name: stringAt(column, "name") ?? "",
    type: stringAt(column, "type") ?? "string",
    path: stringAt(column, "jsonPath") ?? "",
    priority: Number(objectAt(column)["priority"] ?? 0),
    description: stringAt(column, "description") ?? "",
  }));
  if (columns.length > 0) return columns;
  return [{ name: "Age", type: "date", path: ".metadata.creationTimestamp", priority: 0, description: "" }];
}

const textsAt = (value: JsonValue, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).filter((item) => typeof item === "string");
