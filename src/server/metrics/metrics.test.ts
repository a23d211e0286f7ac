import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { createBus } from "../../events/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { openServer } from "../testing/open-server.ts";
import { createCounts } from "./counts.ts";
import { families } from "./families.ts";
import { parseExposition } from "../testing/exposition.ts";

const east = "east" as ClusterId;

describe("metrics", () => {
  it("are in Prometheus' text format, with the process's own", async (t) => {
    const counts = createCounts();
    counts.onRequest({ cluster: east, verb: "list", code: "200" });
    counts.onRequest({ cluster: east, verb: "list", code: "200" });
    counts.onRequest({ cluster: east, verb: "watch", code: "failed" });
    const { get } = await openServer(t, { counts });
    const answer = await get("/metrics");
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const found = parseExposition(await answer.text());
    assert.deepEqual(found.get("heddle_api_requests_total")?.samples, [
      { labels: { cluster: "east", verb: "list", code: "200" }, value: 2 },
      { labels: { cluster: "east", verb: "watch", code: "failed" }, value: 1 },
    ]);
    assert.deepEqual(found.get("heddle_cluster_up")?.samples, [{ labels: { cluster: "east" }, value: 0 }]);
    for (const name of ["process_resident_memory_bytes", "nodejs_eventloop_lag_p99_seconds"])
      assert.ok(found.get(name)?.samples.length, name);
    assert.deepEqual(
      families.filter(({ name, type }) => found.get(name)?.type !== type),
      [],
    );
  });

  it("count what is published", () => {
    const counts = createCounts();
    const bus = counts.counting(createBus());
    const record = {
      sequence: 1,
      id: "a",
      type: "kubernetes.cluster.synced",
      cluster: east,
      labels: {},
      text: "",
    } as const;
    bus.publish([record, { ...record, sequence: 2 }]);
    assert.deepEqual([...counts.events()], [["kubernetes.cluster.synced", 2]]);
    assert.equal(bus.stats().last, 2);
  });

  it("are what docs/metrics.md says", async () => {
    const page = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    // The node agent's are its own.
    const [text = ""] = page.split("\n## ");
    const rows = [...text.matchAll(/^\| `(heddle_\w+)` +\| (\w+) +\| ([^|]*)\| (.*) \|$/gm)].map(
      ([, name, type, labels, help]) => ({
        name,
        type,
        labels: [...(labels ?? "").matchAll(/`(\w+)`/g)].map(([, label]) => label),
        help: help?.trim(),
      }),
    );
    assert.deepEqual(
      rows,
      families.map(({ name, type, labels, help }) => ({ name, type, labels: [...labels], help })),
    );
  });
});
