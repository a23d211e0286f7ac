import { type Resource } from "../../model/index.ts";
import { byPreference, chooseResources } from "./choose.ts";
import { type ServedGroups } from "./groups.ts";

/**
 * What a person means by `kind`, by kubectl's rules, in any case. Empty when nothing matches.
 *
 * In this order: a category ("all": each of its resources); `name.version.group`; `name.group`, the whole group or,
 * failing that, its beginning ("deploy.app"); `name` in any group. Within each, plural and singular come before short
 * names, those before kinds; of several groups the core one wins (so "events" are core/v1), then the server's order.
 * Unlike kubectl, a version that is written also counts for short names, and kinds are found in every group.
 */
export function matchKind(groups: ServedGroups, kind: string): readonly Resource[] {
  const word = kind.trim().toLowerCase();
  if (word === "") return [];
  const preferred = chooseResources(groups);
  const inCategory = preferred.filter(({ categories }) =>
    categories.some((category) => category.toLowerCase() === word),
  );
  if (inCategory.length > 0) return inCategory;
  const found = matchVersioned(groups, word) ?? matchGrouped(preferred, word);
  return found === undefined ? [] : [found];
}

/** The same among resources that are known without their groups: one version of each, preferred ones first. */
export function matchAmong(resources: readonly Resource[], kind: string): readonly Resource[] {
  const groups = Map.groupBy(resources, ({ group }) => group);
  return matchKind(
    [...groups].map(([name, own]) => ({
      name,
      versions: [...Map.groupBy(own, ({ version }) => version)].map(([version, served]) => ({
        version,
        freshness: "current" as const,
        resources: served,
      })),
    })),
    kind,
  );
}

/** `name.version.group`, and `name.version.` for any group, as in "pods.v1.". */
function matchVersioned(groups: ServedGroups, word: string): Resource | undefined {
  const [name = "", version = "", ...rest] = word.split(".");
  if (rest.length === 0) return undefined;
  const group = rest.join(".");
  const candidates = groups
    .filter((served) => group === "" || served.name === group)
    .flatMap(byPreference)
    .filter((served) => served.version === version)
    .flatMap(({ resources }) => resources);
  return matchName(candidates, name);
}

function matchGrouped(preferred: readonly Resource[], word: string): Resource | undefined {
  const dot = word.indexOf(".");
  const name = dot < 0 ? word : word.slice(0, dot);
  const group = dot < 0 ? "" : word.slice(dot + 1);
  if (group === "") return matchName(preferred, name);
  const within = (fits: (candidate: string) => boolean): Resource | undefined =>
    matchName(
      preferred.filter((resource) => fits(resource.group)),
      name,
    );
  return within((candidate) => candidate === group) ?? within((candidate) => candidate.startsWith(group));
}

/** The first candidate by plural or singular, else by short name, else by kind. */
const matchName = (candidates: readonly Resource[], name: string): Resource | undefined =>
  candidates.find(({ plural, singular }) => plural.toLowerCase() === name || singular.toLowerCase() === name) ??
  candidates.find(({ shortNames }) => shortNames.some((short) => short.toLowerCase() === name)) ??
  candidates.find(({ kind }) => kind.toLowerCase() === name);
