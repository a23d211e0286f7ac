import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { meanRate, rateLine } from "./rate.ts";

const until = "2026-01-01T00:00:10.000Z";
const second = Date.parse(until) / 1000;

describe("the rate of changes", () => {
  it("is a line that ends now, open where the server did not run yet", () =>
    assert.deepEqual(rateLine({ until, counts: [0, 0, 4, 6] }, "2026-01-01T00:00:08.400Z"), [
      [second - 3, second - 2, second - 1, second],
      [null, null, 4, 6],
    ]));

  it("is known as a whole where the server ran all the time", () =>
    assert.deepEqual(rateLine({ until, counts: [0, 1, 2] }, "2025-01-01T00:00:00Z")[1], [0, 1, 2]));

  it("has a mean over the last seconds, or over those that are known", () => {
    assert.equal(meanRate({ until, counts: [100, 4, 6] }, 2), 5);
    assert.equal(meanRate({ until, counts: [4, 6] }, 10), 5);
    assert.equal(meanRate({ until, counts: [] }, 10), 0);
  });
});
