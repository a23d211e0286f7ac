import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestWord } from "./suggest.ts";

describe("nearestWord", () => {
  for (const [word, expected] of [
    ["kubeconfg_path", "kubeconfig_path"],
    ["enviroment", "environment"],
    ["tiemout", "timeout"],
    ["QPS", "qps"],
    ["xyzzy", undefined],
  ] as const) {
    it(`answers ${expected ?? "nothing"} for ${word}`, () => {
      assert.equal(nearestWord(word, ["kubeconfig_path", "environment", "timeout", "qps", "burst"]), expected);
    });
  }
});
