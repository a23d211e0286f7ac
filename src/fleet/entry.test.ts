import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { type Cluster } from "../cluster/index.ts";
import { parseClusterId } from "../model/index.ts";
import { Entry } from "./entry.ts";
import { plannedAt } from "./testing/thin-api.ts";

describe("Entry", () => {
  it("reaches its cluster anew when it was refused, closed, and freed again while it settled", async () => {
    let closed = 0;
    const reached: Cluster[] = [];
    let settled = 0;
    const entry = new Entry(plannedAt("a", { server: "https://a", ca: "" }), {
      clock: createManualClock(),
      connectTimeoutMs: 1_000,
      async reach() {
        const parts = { server: "https://a", [Symbol.asyncDispose]: async () => void (closed += 1) };
        const cluster = parts as unknown as Cluster;
        reached.push(cluster);
        return { cluster, uid: "same" };
      },
      async settle(entry) {
        settled += 1;
        if (settled > 1) return;
        await entry.refuse(parseClusterId("first"));
        await entry.refuse(undefined);
      },
      onChange() {},
    });
    const cluster = await entry.connect(new AbortController().signal);
    assert.equal(closed, 1);
    assert.equal(reached.length, 2);
    assert.equal(cluster, reached[1]);
  });
});
