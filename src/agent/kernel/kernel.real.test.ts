import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createKernel } from "./kernel.ts";

describe("the kernel's thread", () => {
  it("sees the loopback", async () => {
    await using kernel = createKernel();
    const state = await kernel.observe({ links: ["lo"], addresses: true, routes: true, neighbours: "all" });
    assert.equal(state.links[0]?.name, "lo");
  });
});
