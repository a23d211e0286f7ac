import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type KubeObject, type Resource } from "../../model/index.ts";
import { expectedOfDefinition, expectedOfService } from "./expectations.ts";
import { resource } from "./testing/served-groups.ts";

const condition = (type: string, status = "True"): JsonObject => ({ type, status });
const names = { kind: "Loom", shortNames: ["lm"], categories: ["all"] };
const definition = (fields: JsonObject = {}, conditions = [condition("Established")]): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "looms.loom.io" },
  spec: {
    scope: "Namespaced",
    versions: [
      { name: "v1beta1", served: true },
      { name: "v1", served: true, subresources: { status: {} } },
      { name: "v2", served: false },
    ],
    ...fields,
  },
  status: { acceptedNames: names, conditions },
});

const status = { name: "status", kind: "Loom", group: "loom.io", version: "v1", verbs: ["get"] };
const loom = resource({
  group: "loom.io",
  plural: "looms",
  shortNames: ["lm"],
  categories: ["all"],
  subresources: [status],
});
const telling = (...resources: readonly Resource[]) => ({ resources, failedGroups: [] });

describe("what a definition leads to", () => {
  const met = (found: Resource): boolean | undefined =>
    expectedOfDefinition({ type: "updated", object: definition() })?.(telling(found));

  it("is its best served version, with its names, scope and subresources", () => {
    assert.equal(met(loom), true);
    for (const stale of [
      { version: "v1beta1" },
      { kind: "Lume" },
      { namespaced: false },
      { shortNames: [] },
      { shortNames: ["lm", "lo"] },
      { categories: ["none"] },
      { subresources: [] },
    ]) {
      assert.equal(met({ ...loom, ...stale }), false, JSON.stringify(stale));
    }
    assert.equal(met({ ...loom, group: "other.io" }), false);
  });

  it("is nothing while it is not established, or is going", () => {
    for (const conditions of [
      [],
      [condition("Established", "False")],
      [condition("Established"), condition("Terminating")],
    ])
      assert.equal(expectedOfDefinition({ type: "updated", object: definition({}, conditions) }), undefined);
  });

  it("is its absence once it is deleted", () => {
    const gone = expectedOfDefinition({ type: "deleted", object: definition(), finalState: "unknown" });
    assert.deepEqual([gone?.(telling(loom)), gone?.(telling())], [false, true]);
  });
});

describe("what an API service leads to", () => {
  const service = (available: boolean, spec: JsonObject = { service: { name: "s" } }): KubeObject => ({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.loom.io" },
    spec,
    status: { conditions: [condition("Available", available ? "True" : "False")] },
  });
  const failing = { resources: [loom], failedGroups: ["loom.io"] };

  it("is resources of its group while it is available", () => {
    const up = expectedOfService({ type: "updated", object: service(true) });
    assert.deepEqual([up?.(telling(loom)), up?.(telling()), up?.(failing)], [true, false, false]);
  });

  it("is a group that does not answer while it is not", () => {
    const down = expectedOfService({ type: "updated", object: service(false) });
    assert.deepEqual([down?.(telling(loom)), down?.(failing)], [false, true]);
  });

  it("is the absence of its version once it is deleted, even where nothing but its name is known", () => {
    const gone = expectedOfService({ type: "deleted", object: service(true, {}), finalState: "unknown" });
    const answers = [telling(loom), failing, telling(), telling({ ...loom, version: "v2" })].map((told) =>
      gone?.(told),
    );
    assert.deepEqual(answers, [false, false, true, true]);
  });

  it("is nothing for what the API server serves itself", () => {
    assert.equal(expectedOfService({ type: "created", object: service(true, {}) }), undefined);
  });
});
