import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { factsOf, titleOf } from "./facts.ts";

describe("facts", () => {
  it("are attributes in words, without what stands elsewhere and what is empty", () =>
    assert.deepEqual(
      factsOf({ status: "Running", health: "healthy", restarts: 0, node: "", lastRestartAt: "2026-01-01T00:00:00Z" }),
      [
        { name: "Restarts", text: "0", time: false },
        { name: "Last restart", text: "2026-01-01T00:00:00Z", time: true },
      ],
    ));

  it("are called as people write them", () => {
    const titles = {
      ip: "IP",
      clusterIPs: "Cluster IPs",
      hostIP: "Host IP",
      osImage: "OS image",
      qosClass: "Qos class",
      cpu: "CPU",
    };
    for (const [name, title] of Object.entries(titles)) assert.equal(titleOf(name), title);
  });
});
