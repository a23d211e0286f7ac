import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findLines, yamlLines, yamlPieces } from "./yaml-lines.ts";

const kinds = (line: string): readonly string[] =>
  yamlPieces(line, false).map(({ is, text }) => `${is}:${text.trim()}`);

describe("a line of YAML", () => {
  it("loses nothing of its text, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (line, inBlock) => {
        assert.equal(
          yamlPieces(line, inBlock)
            .map(({ text }) => text)
            .join(""),
          line,
        );
      }),
    );
  });

  it("has keys, values of several sorts, and signs", () => {
    assert.deepEqual(kinds("  replicas: 3"), ["mark:", "key:replicas", "mark::", "number:3"]);
    assert.deepEqual(kinds("paused: false"), ["key:paused", "mark::", "word:false"]);
    assert.deepEqual(kinds("- name: web"), ["mark:-", "key:name", "mark::", "text:web"]);
    assert.deepEqual(kinds("- http://web:80/x"), ["mark:-", "text:http://web:80/x"]);
    assert.deepEqual(kinds('"a: b": c'), ['key:"a: b"', "mark::", "text:c"]);
    assert.deepEqual(kinds("app.kubernetes.io/name: web"), ["key:app.kubernetes.io/name", "mark::", "text:web"]);
  });

  it("means nothing inside of a block of text, up to where the block ends", () => {
    const { inBlock } = yamlLines(
      "data:\n  script: |-\n    key: value\n\n      more: |\n  other: 1\n- a: >\n   text\n- b: 2\n",
    );
    assert.deepEqual(inBlock, [false, false, true, true, true, false, false, true, false]);
  });

  it("of a large text is cut within a moment", () => {
    const text = "  key: some value of some length\n".repeat(40_000);
    const from = performance.now();
    const { lines } = yamlLines(text);
    assert.equal(lines.length, 40_000);
    assert.ok(performance.now() - from < 1_000);
  });

  it("is found by a word, whatever its case", () =>
    assert.deepEqual(findLines(["Image: a", "name", "IMAGE"], "image"), [0, 2]));
});
