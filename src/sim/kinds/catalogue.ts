import { type ObjectStore } from "../store/model.ts";
import { builtInResources } from "./built-in.ts";
import { customResources } from "./custom.ts";
import { type Catalogue, type ServedResource } from "./model.ts";

export const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/** Kubernetes' own kinds, and those that the store's definitions add. */
export function createCatalogue(store: ObjectStore): Catalogue {
  let known = catalogueOf(store);
  store.subscribe(({ collection }) => {
    if (collection === definitions) known = catalogueOf(store);
  });
  return {
    all: () => known.all,
    find: (group, version, plural) => known.byPath.get(`${group}/${version}/${plural}`),
  };
}

type Known = Readonly<{ all: readonly ServedResource[]; byPath: ReadonlyMap<string, ServedResource> }>;

function catalogueOf(store: ObjectStore): Known {
  const custom = store.list(definitions).flatMap((stored) => customResources(stored.object()));
  const all = [...builtInResources, ...custom];
  return {
    all,
    byPath: new Map(all.map((resource) => [`${resource.group}/${resource.version}/${resource.plural}`, resource])),
  };
}
