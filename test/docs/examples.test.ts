import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { examplesOf, splitWords, titlesOf } from "./examples.ts";

describe("examplesOf", () => {
  it("finds each command of a console block with its output and its exit code", () => {
    const page =
      "text\n```console\n$ heddle get pods\nCLUSTER  NAME\na        b\n$ heddle get nope # exit 1\n```\n```sh\n$ not this\n```\n";
    const found = examplesOf("page.md", page);
    assert.deepEqual(
      found.map(({ line, command, shown, exitCode }) => ({ line, command, shown, exitCode })),
      [
        { line: 3, command: ["heddle", "get", "pods"], shown: ["CLUSTER  NAME", "a        b"], exitCode: 0 },
        { line: 6, command: ["heddle", "get", "nope"], shown: [], exitCode: 1 },
      ],
    );
  });

  it("splits words as a shell does", () => {
    assert.deepEqual(splitWords(`heddle get pods -o jsonpath='{.items[*].metadata.name}' -l "a in (b, c)"`), [
      "heddle",
      "get",
      "pods",
      "-o",
      "jsonpath={.items[*].metadata.name}",
      "-l",
      "a in (b, c)",
    ]);
    assert.deepEqual(titlesOf(["CLUSTER   NOMINATED NODE   AGE"]), ["CLUSTER", "NOMINATED NODE", "AGE"]);
  });
});
