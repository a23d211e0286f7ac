import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { type AgentStatus } from "../../model/index.ts";
import { createCounts } from "./counts.ts";
import { exposition } from "./exposition.ts";

const status: AgentStatus = {
  version: "1.2.3",
  node: "node1",
  pid: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  problems: ["something"],
  warnings: ["one", "two"],
  plugin: { confDir: "/c", binDir: "/b", foundBy: "told", installed: true, cniVersion: "1.1.0", before: [] },
  bridges: [],
  database: { path: "/d", unwritten: 2 },
  apiServer: { followed: true, podCidrs: [] },
  nodes: [],
  pods: 3,
  attachments: 4,
  ranges: [
    {
      network: "heddle",
      first: "10.0.0.1",
      last: "10.0.0.9",
      gateway: "10.0.0.1",
      used: 3,
      resting: 1,
      free: 5,
    },
  ],
  recovery: { done: [], failed: ["one"] },
};

const measured = (): string => {
  const counts = createCounts(createManualClock());
  counts.onAnswered({ verb: "ADD", code: 0, durationMs: 4 });
  counts.onAnswered({ verb: "ADD", code: 11, durationMs: 40 });
  counts.onReconciled("ok");
  counts.onReconciled("failed");
  for (let times = 0; times < 2; times++) counts.onRefused("ENOENT");
  const [verbs, reconciliations, refusals] = [counts.verbs(), counts.reconciliations(), counts.refusals()];
  return exposition({ status, verbs, reconciliations, refusals, busy: 4, queued: 6, residentBytes: 7 });
};

describe("the agent's metrics", () => {
  it("tell verbs by result and duration, addresses by range, and what is wrong", () => {
    const lines = measured().split("\n");
    for (const line of [
      `heddle_agent_info{version="1.2.3"} 1`,
      `heddle_agent_requests_total{verb="ADD",result="ok"} 1`,
      `heddle_agent_requests_total{verb="ADD",result="11"} 1`,
      `heddle_agent_request_seconds_bucket{verb="ADD",le="0.0025"} 0`,
      `heddle_agent_request_seconds_bucket{verb="ADD",le="0.005"} 1`,
      `heddle_agent_request_seconds_bucket{verb="ADD",le="+Inf"} 2`,
      `heddle_agent_request_seconds_sum{verb="ADD"} 0.044`,
      `heddle_agent_addresses_used{range="10.0.0.1-10.0.0.9"} 3`,
      `heddle_agent_addresses_free{range="10.0.0.1-10.0.0.9"} 5`,
      `heddle_agent_queued_deletions 6`,
      `heddle_agent_reconciliations_total{result="ok"} 1`,
      `heddle_agent_reconciliations_total{result="failed"} 1`,
      `heddle_agent_kernel_refusals_total{errno="ENOENT"} 2`,
      `heddle_agent_recovery_failures 1`,
      `heddle_agent_pods 3`,
      `heddle_agent_attachments 4`,
      `heddle_agent_problems 1`,
      `heddle_agent_warnings 2`,
      `process_resident_memory_bytes 7`,
    ])
      assert.ok(lines.includes(line), `${line} is not in\n${lines.join("\n")}`);
  });

  it("are what docs/metrics.md says", async () => {
    const page = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    const [, section = ""] = page.split("\n## The node agent\n");
    const written = [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\| [^|]*\| (.*?) +\|$/gm)].map((row) => row.slice(1));
    const told = [...measured().matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm)].map(([, name, help, type]) => [
      name,
      type,
      help,
    ]);
    assert.deepEqual(written, told);
  });
});
