import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { type JsonValue } from "../json.ts";
import { sized } from "../../../test/size.ts";
import { compareKeys, toYaml } from "./yaml.ts";

// What Go's yaml package (sigs.k8s.io/yaml 1.6, in kubectl 1.34) writes for the same values.
const cases: readonly (readonly [value: JsonValue, yaml: string])[] = [
  ["plain text", "plain text"],
  ["", '""'],
  ["yes", '"yes"'],
  ["y", '"y"'],
  ["null", '"null"'],
  ["~", '"~"'],
  ["123", '"123"'],
  ["0123", '"0123"'],
  ["08", '"08"'],
  ["0x1F", '"0x1F"'],
  ["1_000", '"1_000"'],
  ["1e3", '"1e3"'],
  [".5", '".5"'],
  ["1.2.3", "1.2.3"],
  ["12:30", '"12:30"'],
  ["2026-01-01T00:00:00Z", '"2026-01-01T00:00:00Z"'],
  ["2026-01-01", '"2026-01-01"'],
  ["10.0.0.1", "10.0.0.1"],
  ["key: value", "'key: value'"],
  ["it's: so", "'it''s: so'"],
  ["a:b", "a:b"],
  ["a #b", "'a #b'"],
  ["#b", "'#b'"],
  ["- a", "'- a'"],
  ["-a", "-a"],
  ["*", "'*'"],
  ["{a}", "'{a}'"],
  ["%", "'%'"],
  [" a", "' a'"],
  ["a ", "'a '"],
  ["a\tb", '"a\\tb"'],
  ["grün", "grün"],
  ["🙂", '"\\U0001F642"'],
  ["a\nb", "|-\n  a\n  b"],
  ["a\nb\n", "|\n  a\n  b"],
  ["a\n\nb\n\n", "|+\n  a\n\n  b\n"],
  [" a\nb", "|2-\n   a\n  b"],
  ["a \nb", '"a \\nb"'],
  [0.5, "0.5"],
  [1234567.5, "1.2345675e+06"],
  [1e21, "1e+21"],
  [true, "true"],
  [null, "null"],
  [[], "[]"],
  [{}, "{}"],
];

describe("YAML", () => {
  for (const [value, yaml] of cases)
    it(`writes ${JSON.stringify(value)} as kubectl does`, () => assert.equal(toYaml(value), `${yaml}\n`));

  it("orders keys, and indents lists no further than their key", () => {
    const value = {
      metadata: { name: "a", labels: { on: "yes", b: "1", a: "x", "a/b": "y" } },
      list: [{ k: 1, j: { deep: [] } }, "two", [], [["x"], "y"], {}],
      items: [{ lines: "one\ntwo\n" }, "three\nfour"],
    };
    assert.equal(
      toYaml(value),
      `items:
- lines: |
    one
    two
- |-
  three
  four
list:
- j:
    deep: []
  k: 1
- two
- []
- - - x
  - "y"
- {}
metadata:
  labels:
    a: x
    a/b: "y"
    b: "1"
    "on": "yes"
  name: a
`,
    );
  });

  it("folds long texts behind 80 characters, and never keys", () => {
    const long = "word ".repeat(20).trim();
    assert.equal(
      toYaml({ a: { text: long, quoted: `x: ${long}`, double: `\t${long}` } }),
      `a:
  double: "\\tword word word word word word word word word word word word word word
    word word word word word word"
  quoted: 'x: word word word word word word word word word word word word word word
    word word word word word word'
  text: word word word word word word word word word word word word word word word
    word word word word word
`,
    );
    assert.equal(toYaml({ [long]: 1 }), `${long}: 1\n`);
    assert.equal(toYaml({ ["k".repeat(129)]: { a: 1 } }), `? ${"k".repeat(129)}\n: a: 1\n`);
  });

  it("is read back as the same value by readers of YAML 1.1 too", () => {
    for (const [value] of cases) assert.deepEqual(parse(toYaml({ value }), { version: "1.1" }), { value });
  });

  it("is read back as the same value, whatever it is", () => {
    const text = fc.oneof(
      fc.string({
        unit: fc.constantFrom(
          "a",
          "B",
          "0",
          "1",
          " ",
          " ",
          "\n",
          ":",
          "-",
          "#",
          "'",
          '"',
          "\\",
          ".",
          "\t",
          "é",
          "🙂",
          "_",
          "e",
          "?",
          "|",
          "{",
        ),
        maxLength: 120,
      }),
      fc.string({ unit: "binary" }),
      fc.constantFrom(...cases.flatMap(([value]) => (typeof value === "string" ? [value] : []))),
    );
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(text, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const yaml = toYaml(value);
        assert.deepEqual(parse(yaml, { merge: false, logLevel: "silent" }), JSON.parse(JSON.stringify(value)), yaml);
      }),
      { numRuns: sized({ small: 500, full: 20_000 }) },
    );
  });

  it("orders keys as Go does: other characters before letters, numbers by amount", () => {
    const keys = ["a", "a/b", "a1", "a2", "a10", "a10b", "ab", "b", "10", "9", "-", "A", "Z", "_"];
    assert.deepEqual(keys.toSorted(compareKeys), [
      "-",
      "_",
      "9",
      "10",
      "A",
      "Z",
      "a",
      "a/b",
      "a1",
      "a2",
      "a10",
      "a10b",
      "ab",
      "b",
    ]);
  });
});
