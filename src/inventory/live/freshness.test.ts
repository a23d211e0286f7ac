import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { freshnessOf, type KindFacts } from "./freshness.ts";

const failure = (code: HeddleError["code"]): HeddleError => new HeddleError("told by the test", { code });
const unreachable = failure("HEDDLE_CLUSTER_UNREACHABLE");
const gone = failure("HEDDLE_CLUSTER_GONE");

const usual: KindFacts = { status: "live", connected: true, held: true, expired: false };

/** What is known, and how far the kind can be trusted when the store holds some of it, and when it holds none. */
const table: readonly (readonly [Partial<KindFacts>, string, string])[] = [
  [{ status: "live" }, "live", "live"],
  [{ status: "waiting" }, "catching-up", "catching-up"],
  [{ status: "syncing" }, "catching-up", "catching-up"],
  [{ status: "catching-up" }, "catching-up", "catching-up"],
  [{ status: "catching-up", error: gone }, "catching-up", "catching-up"],
  [{ status: "catching-up", error: unreachable }, "stale", "absent"],
  [{ status: "forbidden", error: failure("HEDDLE_CLUSTER_FORBIDDEN") }, "stale", "absent"],
  [{ status: "gone", error: failure("HEDDLE_CLUSTER_NOT_FOUND") }, "stale", "absent"],
  [{ status: "live", connected: false }, "stale", "absent"],
  [{ status: "waiting", connected: false }, "stale", "absent"],
  [{ status: "syncing", expired: true }, "absent", "absent"],
];

describe("freshnessOf", () => {
  for (const [facts, whenHeld, whenNot] of table) {
    const { error, ...rest } = facts;
    it(`is ${whenHeld}, or ${whenNot} with nothing held, of ${JSON.stringify({ ...rest, code: error?.code })}`, () => {
      assert.equal(freshnessOf({ ...usual, ...facts, held: true }), whenHeld);
      assert.equal(freshnessOf({ ...usual, ...facts, held: false }), whenNot);
    });
  }
});
