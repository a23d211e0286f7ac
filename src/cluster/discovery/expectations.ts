import {
  type Change,
  type JsonValue,
  type KubeObject,
  listAt,
  objectAt,
  type Resource,
  stringAt,
} from "../../model/index.ts";
import { compareKubeVersions } from "./kube-version.ts";

/** What discovery tells at one moment. */
export type Discovered = Readonly<{ resources: readonly Resource[]; failedGroups: readonly string[] }>;

/** Whether discovery has caught up with a change. */
export type Expectation = (discovered: Discovered) => boolean;

export const crdResource: Resource = fixed(
  "customresourcedefinitions",
  "apiextensions.k8s.io",
  "CustomResourceDefinition",
);
export const apiServiceResource: Resource = fixed("apiservices", "apiregistration.k8s.io", "APIService");

/** Kinds that every API server has: no discovery is needed to follow what changes discovery. */
function fixed(plural: string, group: string, kind: string): Resource {
  return {
    group,
    version: "v1",
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: false,
    verbs: ["list", "watch"],
    shortNames: [],
    categories: [],
    subresources: [],
  };
}

/** What a CustomResourceDefinition's change leads to; undefined where discovery does not depend on it (yet). */
export function expectedOfDefinition({ type, object }: Change): Expectation | undefined {
  const name = object.metadata.name;
  const find = ({ resources }: Discovered): Resource | undefined =>
    resources.find(({ plural, group }) => `${plural}.${group}` === name);
  if (type === "deleted") return (discovered) => find(discovered) === undefined;
  if (!hasCondition(object, "Established") || hasCondition(object, "Terminating")) return undefined;
  return (discovered) => {
    const found = find(discovered);
    return found !== undefined && tellsOf(found, object);
  };
}

/** Whether discovery has the definition's best version, names, scope and subresources as they are now. */
function tellsOf(found: Resource, definition: KubeObject): boolean {
  const names = objectAt(definition, "status", "acceptedNames");
  const versions = listAt(definition, "spec", "versions").filter((item) => objectAt(item)["served"] === true);
  const [best] = versions.toSorted((a, b) => compareKubeVersions(stringAt(a, "name") ?? "", stringAt(b, "name") ?? ""));
  const subresources = Object.keys(objectAt(best, "subresources"));
  return (
    found.version === stringAt(best, "name") &&
    found.kind === stringAt(names, "kind") &&
    found.namespaced === (stringAt(definition, "spec", "scope") === "Namespaced") &&
    sameWords(found.shortNames, listAt(names, "shortNames")) &&
    sameWords(found.categories, listAt(names, "categories")) &&
    sameWords(
      found.subresources.map(({ name }) => name),
      subresources,
    )
  );
}

const sameWords = (found: readonly string[], expected: readonly JsonValue[]): boolean =>
  found.length === expected.length && expected.every((word) => typeof word === "string" && found.includes(word));

/** What an APIService's change leads to; undefined for those that the API server serves itself. */
export function expectedOfService({ type, object }: Change): Expectation | undefined {
  // Always "<version>.<group>"; of one that was found missing, nothing but the name may be known.
  const [version = "", ...rest] = object.metadata.name.split(".");
  const group = rest.join(".");
  const inGroup = ({ resources }: Discovered): readonly Resource[] =>
    resources.filter((found) => found.group === group);
  const failing = ({ failedGroups }: Discovered): boolean => failedGroups.includes(group);
  if (type === "deleted")
    return (discovered) => !failing(discovered) && !inGroup(discovered).some((found) => found.version === version);
  if (Object.keys(objectAt(object, "spec", "service")).length === 0) return undefined;
  if (!hasCondition(object, "Available")) return failing;
  return (discovered) => inGroup(discovered).length > 0 && !failing(discovered);
}

const hasCondition = (object: KubeObject, type: string): boolean =>
  listAt(object, "status", "conditions").some(
    (condition) => stringAt(condition, "type") === type && stringAt(condition, "status") === "True",
  );
