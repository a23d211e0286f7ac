import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { syncProgress } from "./sync-progress.ts";

describe("how far clusters are", () => {
  it("is over at once where nothing is kept: nobody waits for what never comes", async () => {
    const live = { changes: () => assert.fail("nothing is followed") } as unknown as Parameters<
      typeof syncProgress
    >[0]["live"];
    const told = await Array.fromAsync(syncProgress({ live, cached: false }, AbortSignal.timeout(60_000)));
    assert.deepEqual(told, []);
  });
});
