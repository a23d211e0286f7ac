import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { expandEnvironment } from "./environment.ts";

const env = { HOST: "10.0.0.1", PORT: "6443", EMPTY: "", NESTED: "${HOST}" };

describe("expandEnvironment", () => {
  const table: readonly (readonly [string, string])[] = [
    ["https://${HOST}:${PORT}", "https://10.0.0.1:6443"],
    ["${EMPTY}", ""],
    ["${NESTED}", "${HOST}"],
    ["$HOST and $$ and {HOST}", "$HOST and $$ and {HOST}"],
    ["$${HOST}", "${HOST}"],
    ["$$${HOST}", "$${HOST}"],
    ["$${", "${"],
  ];
  for (const [text, expected] of table)
    it(`turns ${text} into ${JSON.stringify(expected)}`, () =>
      assert.equal(expandEnvironment(text, env).text, expected));

  it("names every variable that is not set", () => {
    assert.deepEqual(expandEnvironment("${A}${HOST}${B}", env).unset, ["A", "B"]);
  });

  it("refuses references that name no variable", () => {
    assert.deepEqual(expandEnvironment("${A-b} ${} ${1} ${HOST", env).malformed, ["${A-b}", "${}", "${1}", "${HOST"]);
  });

  it("says whether anything was replaced", () => {
    assert.equal(expandEnvironment("${HOST}", env).expanded, true);
    assert.equal(expandEnvironment("$${HOST}", env).expanded, false);
  });

  it("gives back any text whose references were escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "A", " ") }), (text) => {
        // By a function: in a replacement's text "$$" is one "$".
        assert.equal(
          expandEnvironment(
            text.replaceAll("${", () => "$${"),
            {},
          ).text,
          text,
        );
      }),
    );
  });
});
