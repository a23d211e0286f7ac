import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError, isHeddleError, messageOf, systemCodeOf, toHeddleError, UsageError } from "./errors.ts";

describe("HeddleError", () => {
  it("carries a code, whether to try again, and its cause", () => {
    const cause = new Error("socket hang up");
    const error = new HeddleError("cannot reach prod", { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true, cause });
    assert.deepEqual([error.code, error.retryable, error.cause], ["HEDDLE_CLUSTER_UNREACHABLE", true, cause]);
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_UNREACHABLE") && !isHeddleError(error, "HEDDLE_USAGE"));
  });

  it("is final unless said otherwise, and a usage error is one", () => {
    assert.equal(new UsageError("no such flag").retryable, false);
    assert.equal(new UsageError("no such flag").code, "HEDDLE_USAGE");
  });

  it("wraps what is not one and leaves what is", () => {
    const own = new UsageError("own");
    assert.equal(toHeddleError(own), own);
    assert.equal(toHeddleError("text").message, "text");
  });
});

describe("systemCodeOf", () => {
  it("finds the system's code below Heddle's own and inside an AggregateError", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const aggregate = new AggregateError([refused], "");
    assert.equal(systemCodeOf(new HeddleError("x", { code: "HEDDLE_X", cause: aggregate })), "ECONNREFUSED");
    assert.equal(messageOf(aggregate), "connect");
    assert.equal(systemCodeOf(new Error("none")), undefined);
  });
});
