import fc from "fast-check";
import { type Resource } from "../../../model/index.ts";
import { type ServedGroups, type ServedVersion } from "../groups.ts";

/** A resource with the given name and nothing else worth telling. */
export const resource = (fields: Partial<Resource> & Pick<Resource, "plural">): Resource => ({
  group: "",
  version: "v1",
  kind: fields.plural.replace(/s$/, "").replace(/^./, (first) => first.toUpperCase()),
  singular: fields.plural.replace(/s$/, ""),
  namespaced: true,
  verbs: ["get", "list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
  ...fields,
});

const versionOf = (group: string): fc.Arbitrary<ServedVersion> =>
  fc
    .record({
      version: fc.constantFrom("v1", "v2", "v1beta1"),
      freshness: fc.constantFrom("current" as const, "current" as const, "stale" as const),
      plurals: fc.uniqueArray(fc.constantFrom("pods", "events", "looms", "threads", "cloths"), { maxLength: 4 }),
    })
    .map(({ plurals, ...served }) => ({
      ...served,
      resources: plurals.map((plural) => resource({ group, version: served.version, plural })),
    }));

/** What a server might serve: a few groups that share plurals, some versions of which do not answer. */
export const servedGroups: fc.Arbitrary<ServedGroups> = fc
  .uniqueArray(fc.constantFrom("", "apps", "loom.io", "loom.example.io"), { maxLength: 4 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .uniqueArray(versionOf(name), { selector: ({ version }) => version, maxLength: 3 })
          .map((versions) => ({ name, versions })),
      ),
    ),
  );
