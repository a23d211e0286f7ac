import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { sized } from "../../../../test/size.ts";
import { type JsonObject } from "../../../model/index.ts";

/** What a custom resource's definition says about its names. */
export type Kind = Readonly<{
  group: string;
  plural: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  versions?: readonly string[];
}>;

export type Definition = JsonObject & { metadata: { name: string } };

/** A definition of objects that may hold anything. */
export function definitionOf({ group, plural, shortNames, categories, versions = ["v1"] }: Kind): Definition {
  const singular = plural.replace(/ies$/, "y").replace(/s$/, "");
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        plural,
        singular,
        kind: singular[0]?.toUpperCase() + singular.slice(1),
        shortNames: shortNames ?? [],
        categories: categories ?? [],
      },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
  };
}

/** Those that projects ship where a folder of them lies beside the checkout; else as many under names like theirs. */
export function definitionsByTheDozen(): readonly Definition[] {
  const folder = join(import.meta.dirname, "../../../../../shared/data/crds");
  if (!existsSync(folder)) return likeTheirs();
  const folders = sized({ small: "{calico,gateway-api,multus}", full: "*" });
  const files = globSync(`${folders}/*.{yaml,json}`, { cwd: folder });
  return files.map((file) => parse(readFileSync(join(folder, file), "utf8")) as Definition);
}

/** Groups of several versions, a short name, and a plural that a built-in kind has as well. */
function likeTheirs(): readonly Definition[] {
  const groups = ["crd.projectcalico.org", "gateway.networking.k8s.io", "loom.example.com"];
  const fillers = groups.flatMap((group) =>
    Array.from({ length: sized({ small: 10, full: 60 }) }, (_, index): Kind => ({
      group,
      plural: `filler${index}s`,
      versions: index % 2 === 0 ? ["v1"] : ["v1beta1", "v1"],
    })),
  );
  const named: readonly Kind[] = [
    { group: "k8s.cni.cncf.io", plural: "network-attachment-definitions", shortNames: ["net-attach-def"] },
    { group: "gateway.networking.k8s.io", plural: "httproutes", versions: ["v1", "v1beta1"] },
    { group: "crd.projectcalico.org", plural: "networkpolicies" },
  ];
  // *.k8s.io is protected: the API server wants to be told where it was approved.
  const approved = { "api-approved.kubernetes.io": "unapproved, for a test" };
  return [...fillers, ...named].map((kind) => {
    const definition = definitionOf(kind);
    return { ...definition, metadata: { ...definition.metadata, annotations: approved } };
  });
}
