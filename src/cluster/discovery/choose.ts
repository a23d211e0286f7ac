import { type Resource } from "../../model/index.ts";
import { type ServedGroup, type ServedGroups, type ServedVersion } from "./groups.ts";

/**
 * One entry a resource, in the server's order: in the first version of its group that has it, versions that answer
 * before those that do not. So a resource that only an older version has stays in that version.
 */
export function chooseResources(groups: ServedGroups): readonly Resource[] {
  return groups.flatMap((group) => {
    const chosen = new Map<string, Resource>();
    for (const { resources } of byPreference(group)) {
      for (const resource of resources) if (!chosen.has(resource.plural)) chosen.set(resource.plural, resource);
    }
    return [...chosen.values()];
  });
}

/** The versions that answered, each in the server's order, then those that did not. */
export const byPreference = ({ versions }: ServedGroup): readonly ServedVersion[] => [
  ...versions.filter(({ freshness }) => freshness === "current"),
  ...versions.filter(({ freshness }) => freshness === "stale"),
];

/** Names of the groups of which at least one version did not answer. */
export const failedGroupsOf = (groups: ServedGroups): readonly string[] =>
  groups.filter(({ versions }) => versions.some(({ freshness }) => freshness === "stale")).map(({ name }) => name);

/**
 * `next`, where a version that did not answer and told nothing keeps the resources that `previous` knew of it: a
 * service that is down for a minute has not lost its kinds, and asking for them should say that it is down.
 */
export function carryOver(previous: ServedGroups, next: ServedGroups): ServedGroups {
  const known = new Map(
    previous.flatMap(({ name, versions }) =>
      versions.map(({ version, resources }) => [`${name}/${version}`, resources]),
    ),
  );
  return next.map((group) => ({
    ...group,
    versions: group.versions.map((served) =>
      served.freshness === "stale" && served.resources.length === 0
        ? { ...served, resources: known.get(`${group.name}/${served.version}`) ?? [] }
        : served,
    ),
  }));
}
