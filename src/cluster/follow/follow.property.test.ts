import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createSeededRandom } from "../../base/index.ts";
import { sized } from "../../../test/size.ts";
import { until } from "../../../test/kube/until.ts";
import { createFakeApi, type FakeApi, type Fault, widgets } from "./testing/fake-api.ts";
import { hear, quickFollow } from "./testing/hear.ts";
import { createTestTaking } from "./testing/test-taking.ts";

const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const lines = fc.nat(12);
const status = fc.constantFrom(400, 401, 403, 404, 410, 422, 429, 500, 503);
const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ type: fc.constant("refuse" as const), status }),
  fc.record({ type: fc.constant("unreachable" as const) }),
  fc.record({
    type: fc.constantFrom("cut" as const, "truncate" as const, "silent" as const),
    afterBytes: fc.nat(2000),
  }),
  fc.record({ type: fc.constantFrom("end" as const, "garbage" as const), afterLines: lines }),
  fc.record({ type: fc.constant("error-event" as const), afterLines: lines, status }),
  fc.record({ type: fc.constant("repeat" as const) }),
);

type Step = (api: FakeApi) => unknown;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(name, fc.string()).map(
      ([name, value]): Step =>
        (api) =>
          api.put(name, value),
    ),
  },
  {
    weight: 3,
    arbitrary: name.map(
      (name): Step =>
        (api) =>
          api.remove(name),
    ),
  },
  {
    weight: 2,
    arbitrary: name.map((name): Step => (api) => {
      api.remove(name);
      api.put(name);
    }),
  },
  fc.constant<Step>((api) => api.compact()),
  fc.constant<Step>((api) => api.endWatches()),
  fc.constant<Step>((api) => api.bookmark()),
  // Lets the follower run between two steps.
  { weight: 4, arbitrary: fc.constant<Step>(() => new Promise((resolve) => setTimeout(resolve, 1))) },
);

describe("a follower of any history, with anything going wrong at any moment", () => {
  it("ends equal to a fresh list, and never tells what cannot be", async () => {
    const scenario = fc.record({
      watchList: fc.constantFrom("has", "has", "ignores", "refuses", "breaks-off" as const),
      faults: fc.array(fault, { maxLength: 12 }),
      steps: fc.array(step, { maxLength: 40 }),
      isTaken: fc.boolean(),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ watchList, faults, steps, isTaken, seed }) => {
        const random = createSeededRandom(seed);
        const left = [...faults];
        const api = createFakeApi({
          watchList,
          fault: () => left.shift(),
          chunkBytes: () => 1 + Math.floor(random() * 300),
        });
        const tuning = {
          proofMs: 5,
          answerMs: 10,
          silenceMs: 10,
          stableMs: 20,
          watchSeconds: { low: 0, high: 0 },
          overdueMs: 50,
        };
        const options = isTaken ? { take: () => createTestTaking(random) } : {};
        await using hearing = hear(quickFollow(api, tuning, random), { resource: widgets, options });
        for (const take of steps) await take(api);
        left.length = 0;
        api.endWatches();
        await until(
          "the follower to equal the API",
          async () => {
            api.bookmark();
            await Promise.race([hearing.stopped, new Promise((resolve) => setTimeout(resolve, 1))]);
            assert.deepEqual(hearing.mirror.objects(), api.objects());
            return hearing.mirror.lastStatus()?.status === "live";
          },
          { everyMs: 1 },
        );
      }),
      // To find the smallest counterexample takes minutes, each try waits in vain: only for who asked for it.
      { numRuns: sized({ small: 60, full: 5_000 }), endOnFailure: sized({ small: true, full: false }) },
    );
  });
});
