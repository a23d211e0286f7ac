import { type JsonObject } from "../../model/index.ts";
import { type ServedResource } from "../kinds/model.ts";

type Resources = readonly ServedResource[];

const versionsOf = (resources: Resources): readonly string[] =>
  [...new Set(resources.map(({ version }) => version))].toSorted(compareVersions);

/** Kubernetes' order: v2 before v1 before v1beta1 before v1alpha1, all else by name behind them. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  for (const [index, rank] of left.entries()) if (rank !== right[index]) return (right[index] ?? 0) - rank;
  return a < b ? -1 : a > b ? 1 : 0;
}

function rankOf(version: string): readonly number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [-1, 0, 0];
  return [stage === undefined ? 2 : stage === "beta" ? 1 : 0, Number(major), Number(minor ?? 0)];
}

const groupsOf = (resources: Resources): ReadonlyMap<string, Resources> =>
  Map.groupBy(
    resources.filter(({ group }) => group !== ""),
    ({ group }) => group,
  );

/** /api and /apis as APIGroupDiscoveryList (apidiscovery.k8s.io/v2). */
export function aggregatedDiscovery(resources: Resources, root: "api" | "apis"): JsonObject {
  const groups = root === "api" ? new Map([["", resources.filter(({ group }) => group === "")]]) : groupsOf(resources);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: [...groups].map(([name, served]) => ({
      metadata: { ...(name === "" ? {} : { name }), creationTimestamp: null },
      versions: versionsOf(served).map((version) => ({
        version,
        resources: served.filter((resource) => resource.version === version).map(aggregatedResource),
        freshness: "Current",
      })),
    })),
  };
}

function aggregatedResource(resource: ServedResource): JsonObject {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map(aggregatedSubresource) }),
  };
}

const aggregatedSubresource = ({
  name,
  kind,
  group,
  version,
  verbs,
}: ServedResource["subresources"][number]): JsonObject => ({
  subresource: name,
  responseKind: { group, version, kind },
  verbs,
});

/** /api as APIVersions. */
export const coreVersions = (server: string): JsonObject => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: server }],
});

/** /apis as APIGroupList. */
export const groupList = (resources: Resources): JsonObject => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: [...groupsOf(resources)].map(([name, served]) => groupOf(name, served)),
});

/** /apis/<group> as APIGroup; undefined where the group is not served. */
export function groupDocument(resources: Resources, name: string): JsonObject | undefined {
  const served = groupsOf(resources).get(name);
  return served && { kind: "APIGroup", apiVersion: "v1", ...groupOf(name, served) };
}

function groupOf(name: string, served: Resources): JsonObject {
  const versions = versionsOf(served).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** /api/v1 and /apis/<group>/<version> as APIResourceList; undefined where the version is not served. */
export function resourceList(resources: Resources, group: string, version: string): JsonObject | undefined {
  const served = resources.filter((resource) => resource.group === group && resource.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: served.flatMap(oldResources),
  };
}

function oldResources(resource: ServedResource): readonly JsonObject[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    },
    ...subresources.map((subresource) => ({
      name: `${plural}/${subresource.name}`,
      singularName: "",
      namespaced,
      ...(subresource.name === "scale" ? { group: subresource.group, version: subresource.version } : {}),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ];
}
