import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHeddleError, UsageError } from "../../base/index.ts";
import { parseDemoWorld } from "./demo-world.ts";

describe("--demo", () => {
  for (const [text, world] of [
    ["", {}],
    ["seed:7,clusters:20,pods:5000", { seed: 7, clusters: 20, pods: 5000 }],
    [" pods: 10 , seed:0,", { seed: 0, pods: 10 }],
  ] as const)
    it(`takes "${text}"`, () => assert.deepEqual(parseDemoWorld(text), world));

  for (const [text, words] of [
    ["seeds:7", /^--demo: found "seeds:7", expected parts like seed:7,.*there are seed, clusters, pods/],
    ["7", /^--demo: found "7"/],
    ["clusters:0", /^--demo: clusters: found "0", expected a whole number from 1 to 300/],
    ["seed:1,pods:many", /^--demo: pods: found "many", expected a whole number/],
    ["pods:1e3", /^--demo: pods: found "1e3"/],
    ["seed:1,seed:2", /^--demo: seed is given twice/],
    ["clusters", /^--demo: clusters: found "", expected/],
    ["constructor:1", /^--demo: found "constructor:1"/],
  ] as const)
    it(`refuses "${text}" by name`, () =>
      assert.throws(
        () => parseDemoWorld(text),
        (error: unknown) => error instanceof UsageError && isHeddleError(error) && words.test(error.message),
      ));
});
