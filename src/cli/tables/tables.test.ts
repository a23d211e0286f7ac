import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubeObject, parseClusterId } from "../../model/index.ts";
import { resource } from "../testing/memory-fleet.ts";
import { customTable } from "./custom.ts";
import { formatLabels, formatSelector } from "./labels.ts";
import { builtInNames, builtInTable } from "./registry.ts";

const context = { nowMs: Date.parse("2026-01-01T00:00:00Z"), cluster: parseClusterId("a"), kept: false };

describe("the built-in tables", () => {
  it("are there for every kind that is registered, and no cell fails on an object without anything", async () => {
    const bare = { apiVersion: "v1", kind: "Any", metadata: { name: "bare" } } as KubeObject;
    for (const name of builtInNames) {
      const [plural = "", ...group] = name.split(".");
      const table = await builtInTable(resource({ kind: "Any", plural, group: group.join(".") }));
      assert.ok(table, name);
      for (const { header, cell } of table) {
        const text = cell(bare, context);
        assert.equal(typeof text, "string", `${name} ${header}`);
        assert.doesNotMatch(text, /undefined|NaN|\[object/, `${name} ${header}`);
      }
    }
  });

  it("have one column for the name at most, and one for the state", async () => {
    for (const name of builtInNames) {
      const [plural = "", ...group] = name.split(".");
      const table = (await builtInTable(resource({ kind: "Any", plural, group: group.join(".") }))) ?? [];
      assert.equal(table.filter((column) => column.name === true).length, 1, name);
      assert.ok(table.filter((column) => column.state === true).length <= 1, name);
      assert.equal(new Set(table.map(({ header }) => header)).size, table.length, name);
    }
  });
});

describe("a custom resource's table", () => {
  const definition = (columns: readonly object[]) =>
    ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "looms.example.com" },
      spec: { versions: [{ name: "v1alpha1" }, { name: "v1", additionalPrinterColumns: columns }] },
    }) as unknown as KubeObject;
  const object = {
    apiVersion: "example.com/v1",
    kind: "Loom",
    metadata: { name: "l", creationTimestamp: "2025-12-31T23:00:00Z" },
    spec: {
      count: 3.7,
      ratio: 0.5,
      on: true,
      colours: ["red", "blue"],
      size: { a: 1 },
      at: "2025-12-31T23:59:00Z",
      text: "12",
    },
  } as KubeObject;
  const cell = (type: string, jsonPath: string): string | undefined =>
    customTable(definition([{ name: "X", type, jsonPath }]), "v1")[1]?.cell(object, context);

  it("shows values of the column's type, and nothing of others", () => {
    assert.equal(cell("integer", ".spec.count"), "3");
    assert.equal(cell("number", ".spec.ratio"), "0.5");
    assert.equal(cell("boolean", ".spec.on"), "true");
    assert.equal(cell("date", ".spec.at"), "60s");
    assert.equal(cell("date", ".spec.text"), "<invalid>");
    assert.equal(cell("string", ".spec.colours[*]"), "red");
    assert.equal(cell("string", ".spec.size"), '{"a":1}');
    assert.equal(cell("string", ".spec.count"), "3.7");
    for (const [type, path] of [
      ["integer", ".spec.text"],
      ["boolean", ".spec.text"],
      ["string", ".spec.nope"],
      ["string", ".spec.colours[9]"],
      ["string", "{{"],
    ] as const)
      assert.equal(cell(type, path), "", `${type} ${path}`);
  });

  it("hides columns of a priority above 0 behind -o wide", () => {
    const columns = [
      { name: "A", type: "string", jsonPath: ".x" },
      { name: "B", type: "string", jsonPath: ".x", priority: 1 },
    ];
    assert.deepEqual(
      customTable(definition(columns), "v1").map(({ header, wide }) => [header, wide ?? false]),
      [
        ["NAME", false],
        ["A", false],
        ["B", true],
      ],
    );
  });

  it("shows the age where its version has no columns", () => {
    assert.deepEqual(
      customTable(definition([]), "v1alpha1").map(({ header }) => header),
      ["NAME", "AGE"],
    );
  });
});

describe("labels and selectors", () => {
  it("are written as -l takes them, in order of keys", () => {
    assert.equal(formatLabels({ b: "2", a: "1" }), "a=1,b=2");
    assert.equal(formatLabels({}), "<none>");
    const selector = {
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "In", values: ["b", "a"] },
        { key: "env", operator: "NotIn", values: ["prod"] },
        { key: "safe", operator: "Exists" },
        { key: "old", operator: "DoesNotExist" },
      ],
    };
    assert.equal(formatSelector(selector, ""), "app=web,env notin (prod),!old,safe,tier in (a,b)");
    assert.equal(formatSelector({}, "<none>"), "<none>");
  });
});
