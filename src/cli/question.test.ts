import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../base/index.ts";
import { parseQuestions } from "./question.ts";

const parse = (line: string) => parseQuestions(line.split(" "), "get");

describe("kinds and names", () => {
  it("are read in all of kubectl's ways", () => {
    assert.deepEqual(parse("pods"), [{ kind: "pods" }]);
    assert.deepEqual(parse("pods,svc,pods"), [{ kind: "pods" }, { kind: "svc" }]);
    assert.deepEqual(parse("pod a b a"), [{ kind: "pod", names: ["a", "b"] }]);
    assert.deepEqual(parse("pods,svc a"), [
      { kind: "pods", names: ["a"] },
      { kind: "svc", names: ["a"] },
    ]);
    assert.deepEqual(parse("pod/a svc/b pod/c"), [
      { kind: "pod", names: ["a", "c"] },
      { kind: "svc", names: ["b"] },
    ]);
    assert.deepEqual(parse("deployments.v1.apps/web"), [{ kind: "deployments.v1.apps", names: ["web"] }]);
  });

  it("are refused where they contradict each other or say nothing", () => {
    for (const line of ["pod/a b", "pod/", "/a", "a/b/c", ",", "pod/a svc"])
      assert.throws(() => parse(line), UsageError, line);
    assert.throws(() => parseQuestions([], "describe"), /heddle describe pods/);
  });
});
