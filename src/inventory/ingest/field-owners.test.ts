import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type JsonObject, type JsonValue } from "../../model/index.ts";
import { digestManagedFields, fieldOwners, ownersOfField } from "./field-owners.ts";

const managedFields: JsonValue = [
  {
    manager: "kubectl-client-side-apply",
    operation: "Update",
    apiVersion: "apps/v1",
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: {
      "f:metadata": { "f:annotations": { ".": {}, "f:example.test/a,b(c)": {} } },
      "f:spec": {
        "f:replicas": {},
        "f:template": {
          "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {}, "f:name": {} } } },
        },
      },
    },
  },
  {
    manager: "kube-controller-manager",
    operation: "Update",
    apiVersion: "apps/v1",
    time: "2026-01-02T00:00:00Z",
    fieldsType: "FieldsV1",
    subresource: "status",
    fieldsV1: { "f:spec": { "f:replicas": {} }, "f:status": { "f:k:odd": {}, "f:f:odder": {} } },
  },
];
const digest = digestManagedFields(managedFields);
const managers = (...path: readonly string[]): readonly string[] =>
  ownersOfField(digest, path).map(({ manager }) => manager);

describe("the digest of managedFields", () => {
  it("tells every manager that set a field, with operation, subresource and time", () => {
    assert.deepEqual(managers("spec", "replicas"), ["kubectl-client-side-apply", "kube-controller-manager"]);
    assert.deepEqual(ownersOfField(digest, ["status", "f:k:odd"]), [
      {
        manager: "kube-controller-manager",
        operation: "Update",
        subresource: "status",
        time: "2026-01-02T00:00:00Z",
      },
    ]);
  });

  it("finds members of lists by Kubernetes' own keys, and names that need escaping", () => {
    const containers = ["spec", "template", "spec", "containers"];
    assert.deepEqual(managers(...containers, 'k:{"name":"web"}', "image"), ["kubectl-client-side-apply"]);
    assert.deepEqual(managers(...containers, 'k:{"name":"web"}'), ["kubectl-client-side-apply"]);
    assert.deepEqual(managers("metadata", "annotations", "example.test/a,b(c)"), ["kubectl-client-side-apply"]);
  });

  it("counts nobody as owner of a field that only leads to owned ones, or that is not there", () => {
    assert.deepEqual(managers("spec", "template"), []);
    assert.deepEqual(managers("spec", "paused"), []);
    assert.deepEqual(ownersOfField("", ["spec"]), []);
  });

  it("is half as long as what it stands for", () =>
    assert.ok(digest.length < JSON.stringify(managedFields).length / 2 + 100, `${digest.length} characters`));

  it("keeps every field of any FieldsV1", () => {
    const step = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom("k:a", "v:1", "a,b", "(", "\\"));
    const key = fc.tuple(fc.constantFrom("f:", "k:", "v:"), step).map((parts) => parts.join(""));
    const { tree } = fc.letrec<{ tree: JsonObject }>((tie) => ({
      tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, fc.constant({}), tie("tree")), { maxKeys: 4 }),
    }));
    const leaves = (fields: JsonObject): number =>
      Object.values(fields).reduce<number>((sum, inner) => sum + (leaves(inner as JsonObject) || 1), 0);
    fc.assert(
      fc.property(tree, (fieldsV1) => {
        const [owner] = fieldOwners(digestManagedFields([{ manager: "m", fieldsV1 }]));
        assert.equal(owner?.paths.length, leaves(fieldsV1));
      }),
    );
  });
});
