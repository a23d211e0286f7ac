import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type JsonValue } from "../../model/index.ts";
import { jsonPatch, PatchFailure, sameJson } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { strategicPatch } from "./strategic-patch.ts";

describe("JSON Merge Patch", () => {
  // RFC 7386, appendix A.
  const cases: readonly (readonly [target: JsonValue, patch: JsonValue, result: JsonValue])[] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases)
    it(`${JSON.stringify(target)} by ${JSON.stringify(patch)}`, () =>
      assert.deepEqual(mergePatch(target, patch), result));
});

describe("JSON Patch", () => {
  // RFC 6902, appendix A.
  const cases: readonly (readonly [
    name: string,
    target: JsonValue,
    operations: readonly JsonValue[],
    result: JsonValue,
  ])[] = [
    ["adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { foo: "bar", baz: "qux" }],
    [
      "adds into a list",
      { foo: ["bar", "baz"] },
      [{ op: "add", path: "/foo/1", value: "qux" }],
      { foo: ["bar", "qux", "baz"] },
    ],
    [
      "adds at the end of a list",
      { foo: ["bar"] },
      [{ op: "add", path: "/foo/-", value: ["x"] }],
      { foo: ["bar", ["x"]] },
    ],
    ["removes a member", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
    [
      "removes from a list",
      { foo: ["bar", "qux", "baz"] },
      [{ op: "remove", path: "/foo/1" }],
      { foo: ["bar", "baz"] },
    ],
    ["replaces", { baz: "qux" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo" }],
    [
      "moves",
      { foo: { bar: "baz", waldo: "fred" }, qux: {} },
      [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
      { foo: { bar: "baz" }, qux: { thud: "fred" } },
    ],
    [
      "moves within a list",
      { foo: ["all", "grass", "cows", "eat"] },
      [{ op: "move", from: "/foo/1", path: "/foo/3" }],
      { foo: ["all", "cows", "eat", "grass"] },
    ],
    ["copies", { a: [1] }, [{ op: "copy", from: "/a", path: "/b" }], { a: [1], b: [1] }],
    ["goes on after a test that holds", { baz: "qux" }, [{ op: "test", path: "/baz", value: "qux" }], { baz: "qux" }],
    [
      "reads ~1 as / and ~0 as ~",
      { "/": 9, "~1": 10 },
      [
        { op: "replace", path: "/~01", value: 11 },
        { op: "replace", path: "/~1", value: 8 },
      ],
      { "/": 8, "~1": 11 },
    ],
  ];
  for (const [name, target, operations, result] of cases)
    it(name, () => {
      const before = JSON.stringify(target);
      assert.deepEqual(jsonPatch(target, operations), result);
      assert.equal(JSON.stringify(target), before, "what was given is not changed");
    });

  const refused: readonly (readonly [name: string, operation: JsonValue])[] = [
    ["a test that fails", { op: "test", path: "/a", value: 2 }],
    ["a place below nothing", { op: "add", path: "/x/y", value: 1 }],
    ["an index out of range", { op: "add", path: "/list/3", value: 1 }],
    ["removing what is not there", { op: "remove", path: "/none" }],
    ["replacing what is not there", { op: "replace", path: "/none", value: 1 }],
    ["an operation that is not known", { op: "spin", path: "/a" }],
    ["a path that begins with no slash", { op: "add", path: "a", value: 1 }],
    ["no value", { op: "add", path: "/a" }],
  ];
  for (const [name, operation] of refused)
    it(`refuses ${name}`, () => assert.throws(() => jsonPatch({ a: 1, list: [1] }, [operation]), PatchFailure));

  it("compares by value, keys in any order", () => {
    assert.ok(sameJson({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] }));
    assert.ok(!sameJson({ a: 1 }, { a: 1, b: 1 }));
    assert.ok(!sameJson([1, 2], [2, 1]));
  });
});

describe("the strategic merge patch", () => {
  const pod: JsonObject = {
    spec: {
      containers: [
        { name: "a", image: "1" },
        { name: "b", image: "1" },
      ],
      tolerations: [{ key: "x" }],
    },
    metadata: { finalizers: ["one"] },
  };
  const spec = (patch: JsonObject): JsonValue | undefined => strategicPatch(pod, { spec: patch })["spec"];

  it("merges items of a list by their key, and adds new ones", () =>
    assert.deepEqual((spec({ containers: [{ name: "b", image: "2" }, { name: "c" }] }) as JsonObject)["containers"], [
      { name: "a", image: "1" },
      { name: "b", image: "2" },
      { name: "c" },
    ]));
  it("takes items away by $patch: delete", () =>
    assert.deepEqual((spec({ containers: [{ name: "a", $patch: "delete" }] }) as JsonObject)["containers"], [
      { name: "b", image: "1" },
    ]));
  it("replaces a list by $patch: replace", () =>
    assert.deepEqual((spec({ containers: [{ $patch: "replace" }, { name: "z" }] }) as JsonObject)["containers"], [
      { name: "z" },
    ]));
  it("replaces an object by $patch: replace", () =>
    assert.deepEqual(spec({ $patch: "replace", nodeName: "n" }), { nodeName: "n" }));
  it("replaces lists that merge by nothing", () =>
    assert.deepEqual((spec({ tolerations: [{ key: "y" }] }) as JsonObject)["tolerations"], [{ key: "y" }]));
  it("puts items in the order of $setElementOrder", () =>
    assert.deepEqual(
      (spec({ "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] }) as JsonObject)["containers"],
      [
        { name: "b", image: "1" },
        { name: "a", image: "1" },
      ],
    ));
  it("keeps only $retainKeys", () =>
    assert.deepEqual(spec({ $retainKeys: ["tolerations"] }), { tolerations: [{ key: "x" }] }));
  it("treats lists of plain values as sets where they are", () => {
    assert.deepEqual(strategicPatch(pod, { metadata: { finalizers: ["one", "two"] } })["metadata"], {
      finalizers: ["one", "two"],
    });
    assert.deepEqual(
      strategicPatch(pod, { metadata: { "$deleteFromPrimitiveList/finalizers": ["one"] } })["metadata"],
      { finalizers: [] },
    );
  });
});
