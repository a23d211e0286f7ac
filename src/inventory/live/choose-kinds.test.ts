import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ResourceChoice } from "../../fleet/index.ts";
import { defaultResources } from "../../fleet/config/model.ts";
import { type Resource, resourceName } from "../../model/index.ts";
import { chooseKinds, wordsWithoutKind } from "./choose-kinds.ts";

const kind = (plural: string, group: string, more: Partial<Resource> & Readonly<{ kind: string }>): Resource => ({
  group,
  version: "v1",
  plural,
  singular: more.kind.toLowerCase(),
  namespaced: true,
  verbs: ["get", "list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
  ...more,
});

const served: readonly Resource[] = [
  kind("pods", "", { kind: "Pod", shortNames: ["po"], categories: ["all"] }),
  kind("events", "", { kind: "Event", shortNames: ["ev"] }),
  kind("componentstatuses", "", { kind: "ComponentStatus", verbs: ["get", "list"] }),
  kind("events", "events.k8s.io", { kind: "Event", shortNames: ["ev"] }),
  kind("deployments", "apps", { kind: "Deployment", shortNames: ["deploy"], categories: ["all"] }),
  kind("leases", "coordination.k8s.io", { kind: "Lease" }),
  kind("subjectaccessreviews", "authorization.k8s.io", { kind: "SubjectAccessReview", verbs: ["create"] }),
  kind("widgets", "example.org", { kind: "Widget" }),
];

const cases: Readonly<Record<string, readonly [Partial<ResourceChoice>, readonly string[]]>> = {
  "everything that can be listed and watched when nothing is named": [
    {},
    ["pods", "deployments.apps", "events", "events.events.k8s.io", "leases.coordination.k8s.io", "widgets.example.org"],
  ],
  "no events and leases by default": [defaultResources, ["pods", "deployments.apps", "widgets.example.org"]],
  "only what is named, in any of kubectl's words": [
    { include: ["po", "Deployment", "widgets.example.org"] },
    ["pods", "deployments.apps", "widgets.example.org"],
  ],
  "a category's kinds": [{ include: ["all"] }, ["pods", "deployments.apps"]],
  "never what is excluded, though it is named": [{ include: ["all"], exclude: ["deploy.apps"] }, ["pods"]],
  "nothing by a word that means nothing here, rather than everything": [{ include: ["gadgets"] }, []],
  "nothing that cannot be watched, though it is named": [{ include: ["componentstatuses", "pods"] }, ["pods"]],
};

describe("chooseKinds", () => {
  for (const [name, [choice, expected]] of Object.entries(cases)) {
    it(`chooses ${name}`, () => {
      const chosen = chooseKinds(served, { include: [], exclude: [], ...choice });
      assert.deepEqual(chosen.map(resourceName), expected);
    });
  }

  it("puts first what people ask for first, and leaves all else as it is served", () => {
    const [late, first] = [kind("namespaces", "", { kind: "Namespace" }), kind("gizmos", "", { kind: "Gizmo" })];
    const chosen = chooseKinds([first, ...served, late], { include: [], exclude: [] }).map(resourceName);
    assert.deepEqual(chosen.slice(0, 4), ["namespaces", "pods", "deployments.apps", "gizmos"]);
  });

  it("chooses one of two resources that have the same kind", () => {
    const twin = kind("gizmos", "example.org", { kind: "Widget" });
    assert.deepEqual(chooseKinds([...served.slice(-1), twin], { include: [], exclude: [] }).map(resourceName), [
      "widgets.example.org",
    ]);
  });
});

describe("wordsWithoutKind", () => {
  it("names the included words that mean nothing here, of all others none", () => {
    const include = ["po", "podz", "all", "widgets.example.com", "leases"];
    assert.deepEqual(wordsWithoutKind(served, { include, exclude: ["nothing"] }), ["podz", "widgets.example.com"]);
  });
});
