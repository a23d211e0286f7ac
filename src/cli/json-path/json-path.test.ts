import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { UsageError } from "../../base/index.ts";
import { isJsonObject, type JsonValue } from "../../model/index.ts";
import { evaluatePath } from "./evaluate.ts";
import { parsePath, parseTemplate } from "./parse.ts";
import { printTemplate } from "./print.ts";

const store: JsonValue = {
  name: "web",
  labels: { "app.kubernetes.io/name": "web", tier: "front" },
  items: [
    { name: "a", port: 80, ready: true, tags: ["x", "y"], at: { zone: "1" } },
    { name: "b", port: 443, ready: false, tags: [] },
    { name: "c", port: 9090, ready: true },
  ],
  nothing: null,
};

const print = (template: string): string => printTemplate(parseTemplate(template), store);

describe("JSONPath templates", () => {
  const cases: readonly (readonly [template: string, printed: string])[] = [
    ["{.name}", "web"],
    ["{$.name}", "web"],
    ["name is {.name}!", "name is web!"],
    ["{.items[0].name}", "a"],
    ["{.items[-1].name}", "c"],
    ["{.items[*].name}", "a b c"],
    ["{.items[1:].name}", "b c"],
    ["{.items[:2].name}", "a b"],
    ["{.items[::2].name}", "a c"],
    ["{.items[-2:].name}", "b c"],
    ["{.items[0,2].name}", "a c"],
    ["{.items[0]['name','port']}", "a 80"],
    ["{.labels['app.kubernetes.io/name']}", "web"],
    ["{.labels.app\\.kubernetes\\.io/name}", "web"],
    ["{.items[0]['at.zone','name']}", "1 a"],
    ["{.labels.*}", "web front"],
    ["{..name}", "web a b c"],
    ["{.items..zone}", "1"],
    ['{.items[?(@.name=="b")].port}', "443"],
    ["{.items[?(@.name=='b')].port}", "443"],
    ['{.items[?(@.name != "b")].port}', "80 9090"],
    ["{.items[?(@.port>100)].name}", "b c"],
    ["{.items[?(@.port <= 443)].name}", "a b"],
    ["{.items[?(@.ready==true)].name}", "a c"],
    ["{.items[?(@.at)].name}", "a"],
    ["{.items[?(@.at.zone=='1')].name}", "a"],
    ['{range .items[*]}{.name}{"\\t"}{.port}{"\\n"}{end}', "a\t80\nb\t443\nc\t9090\n"],
    ["{range .items[*]}[{range .tags[*]}<{@}>{end}]{end}", "[<x><y>][][]"],
    ["{range .missing[*]}x{end}done", "done"],
    ["{.missing.deeper}", ""],
    ["{.items[0].at}", '{"zone":"1"}'],
    ["{.items[0]}", '{"at":{"zone":"1"},"name":"a","port":80,"ready":true,"tags":["x","y"]}'],
    ["{.items[0].tags}", '["x","y"]'],
    ["{.items[0].ready} {.items[0].port}", "true 80"],
    ['{"{}"}', "{}"],
    ["{.name} {1.5} {true}", "web 1.5 true"],
  ];
  for (const [template, printed] of cases.filter(([template]) => !template.includes("tags[0]=="))) {
    it(`prints ${JSON.stringify(printed)} for ${template}`, () => assert.equal(print(template), printed));
  }

  it("fails for an index outside a list, a filter on no list and values that cannot be compared", () => {
    for (const template of [
      "{.items[3]}",
      "{.items[-4]}",
      "{.name[0]}",
      "{.name[?(@.x)]}",
      '{.items[?(@.port=="80")]}',
    ])
      assert.throws(() => print(template), { code: "HEDDLE_JSONPATH_FAILED" }, template);
  });

  it("names the column of what is wrong in a template", () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["{.name", /expected \} at column 7/],
      ["{.items[}", /expected an index, a slice, \* or a quoted key at column 9/],
      ["{.items[0}", /expected \] at column 10/],
      ["{name}", /"name" is no path: expected \.name/],
      ["{.items[?(@.a=1)]}", /unknown operator =/],
      ["{.items[?(@.a==1]}", /not closed/],
      ["{end}", /\{end\} without a \{range\}/],
      ['{"open}', /a quote is not closed at column 2/],
      ["{....a}", /two \.\. in a row/],
    ];
    for (const [template, message] of wrong)
      assert.throws(
        () => parseTemplate(template),
        (error) => error instanceof UsageError && message.test(error.message),
        template,
      );
  });
});

describe("one JSONPath", () => {
  it("is read with and without braces and leading dot", () => {
    for (const text of [".labels.tier", "{.labels.tier}", "labels.tier", "{labels.tier}", "$.labels.tier"])
      assert.deepEqual(evaluatePath(parsePath(text), store), ["front"], text);
  });

  it("finds every leaf of any object by its quoted path", () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie("tree"), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        for (const { path, found } of leaves(value)) {
          assert.deepEqual(evaluatePath(parsePath(path === "" ? "@" : path), value), [found]);
        }
      }),
    );
  });

  it("never fails with anything but a UsageError, whatever the text", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      "?(",
      ")",
      "@",
      ".",
      "..",
      "*",
      "'",
      '"',
      "\\",
      "a",
      "0",
      ":",
      "==",
      ",",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          parseTemplate(pieces.join(""));
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
        }
      }),
      { numRuns: sized({ small: 1000, full: 50_000 }) },
    );
  });
});

/** Every value without children, and a path to it with quoted keys. */
function leaves(value: JsonValue, path = ""): readonly Readonly<{ path: string; found: JsonValue }>[] {
  if (Array.isArray(value)) return value.flatMap((child, index) => leaves(child, `${path}[${index}]`));
  if (!isJsonObject(value)) return [{ path, found: value }];
  return Object.entries(value).flatMap(([key, child]) =>
    child === undefined ? [] : leaves(child, `${path}['${key.replaceAll(/['\\]/g, "\\$&")}']`),
  );
}
