import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { type ClusterHealth } from "../../model/index.ts";
import { type MemoryCluster, resource } from "../testing/memory-fleet.ts";
import { runCli, testNowMs } from "../testing/run-cli.ts";

const health: ClusterHealth = {
  state: "Connected",
  reason: "",
  version: "v1.34.4",
  latencyMs: 12.3,
  certificateExpiresAtMs: testNowMs + 90 * 86_400_000,
  checkedAtMs: testNowMs,
};
const well: MemoryCluster = {
  info: { id: "east", name: "Production East", environment: "prod", region: "us-east-1" },
  summary: { health, nodes: { ready: 2, total: 3 }, namespaces: 12 },
};
const failed: MemoryCluster = {
  info: { id: "west" },
  summary: {
    health: {
      state: "Failed",
      reason: "connection refused",
      error: new HeddleError("connection refused", { code: "HEDDLE_CLUSTER_UNREACHABLE" }),
      certificateExpiresAtMs: testNowMs - 1,
    },
  },
};
const lines = (...text: readonly string[]): string => text.map((line) => `${line}\n`).join("");

describe("heddle clusters", () => {
  it("tells of every cluster how it is, and what is not known as -", async () => {
    const { stdout, code } = await runCli("clusters", [well, failed]);
    assert.equal(
      stdout,
      lines(
        "CLUSTER   STATE       VERSION   NODES   NAMESPACES   LATENCY   CERTIFICATE   REASON",
        "east      Connected   v1.34.4   2/3     12           12ms      90d",
        "west      Failed      -         -       -            -         expired       connection refused",
      ),
    );
    assert.equal(code, 0);
  });

  it("tells what was decided about which clusters there are; get does not", async () => {
    const notes = ["context east stands for old too"];
    assert.match((await runCli("clusters", [well], { notes })).stderr, /context east stands for old too/);
    assert.equal((await runCli("get pods -o name", [well], { notes })).stderr.includes("stands for"), false);
  });

  it("tells more with -o wide, and ids only with -o name", async () => {
    const { stdout } = await runCli("clusters -o wide --no-headers", [well]);
    assert.match(stdout, /^east {3}Production East {3}prod {3}us-east-1 {3}https:\/\/east\.test:6443 {3}Connected/);
    assert.equal((await runCli("clusters -o name", [well, failed])).stdout, "east\nwest\n");
  });

  it("is for scripts with -o json, times in RFC 3339", async () => {
    const { stdout } = await runCli("clusters -o json", [well, failed]);
    const [first, second] = JSON.parse(stdout);
    assert.equal(first.certificateExpiresAt, "2026-04-01T00:00:00.000Z");
    assert.deepEqual(first.nodes, { ready: 2, total: 3 });
    assert.equal(second.state, "Failed");
    assert.equal(second.errorCode, "HEDDLE_CLUSTER_UNREACHABLE");
  });

  it("refuses words that it does not know", async () => {
    for (const line of [
      "clusters prune",
      "clusters check now",
      "clusters -o jsonpath=x",
      "clusters -w --interval soon",
    ])
      assert.equal((await runCli(line, [well])).code, 2, line);
  });

  it("refuses flags that it would not heed", async () => {
    for (const [line, why] of [
      ["clusters check -o json", /-o means nothing to heddle clusters check;/],
      ["clusters check -w", /-w means nothing/],
      ["clusters -w -o json", /-o json: expected one of table, wide/],
      ["clusters -w --no-headers", /--no-headers means nothing to heddle clusters -w;/],
      ["clusters --interval 2s", /--interval means nothing to heddle clusters;/],
      ["clusters --region eu", /--region means nothing to heddle clusters;/],
      ["clusters add x --kubeconfig f -o json", /-o means nothing to heddle clusters add;/],
      ["clusters remove x --name y", /--name means nothing to heddle clusters remove;/],
    ] as const) {
      const { stderr, code } = await runCli(line, [well]);
      assert.match(stderr, why, line);
      assert.equal(code, 2, line);
    }
  });

  describe("-w", () => {
    it("names the clusters first, then writes a line for each and for each change", async () => {
      const clock = createManualClock(testNowMs);
      let rounds = 0;
      const changing: MemoryCluster = {
        info: { id: "west" },
        get summary() {
          rounds += 1;
          return {
            health: rounds < 3 ? health : { ...health, state: "Degraded" as const, reason: "2 of 3 checks fail" },
          };
        },
      };
      const running = runCli("clusters -w --interval 2s", [well, changing], {
        clock,
        stopWhen: (text) => text.includes("Degraded"),
      });
      const advancing = setInterval(() => clock.advance(2000), 1);
      const { stdout, stderr, code } = await running;
      clearInterval(advancing);
      assert.equal(stderr, "memory: east, west\n");
      const rows = stdout.trimEnd().split("\n");
      assert.match(rows[0] ?? "", /^TIME +CLUSTER +STATE +VERSION/);
      assert.deepEqual(
        rows.slice(1).map((row) => row.split(/ {3,}/).slice(1, 3)),
        [
          ["east", "Connected"],
          ["west", "Connected"],
          ["west", "Degraded"],
        ],
      );
      assert.equal(code, 130);
    });

    it("draws one table again in its place on a terminal", async () => {
      const { stdout } = await runCli("clusters -w", [well, failed], {
        terminal: true,
        stopWhen: (text) => text.includes("1 Failed"),
      });
      const drawings = stdout.replaceAll("\u001b[K", "").split("\u001b[J");
      assert.match(drawings[0] ?? "", /2 clusters: 2 Unknown\. Ctrl-C ends\.\n$/);
      assert.ok(drawings.at(-2)?.startsWith("\u001b[4A\r"), "begins where the last drawing began");
      assert.match(drawings.at(-2) ?? "", /2 clusters: 1 Connected, 1 Failed\. Ctrl-C ends\.\n$/);
      assert.ok(stdout.endsWith("\u001b[?25h"), "gives the cursor back");
    });

    it("shows those in trouble first when not all fit", async () => {
      const many = Array.from({ length: 60 }, (_, index) => ({ ...well, info: { id: `c${index}` } }));
      const { stdout } = await runCli("clusters -w", [...many, failed], {
        terminal: true,
        stopWhen: (text) => text.includes("60 Connected, 1 Failed"),
      });
      const last = stdout.split("\u001b[J").at(-2)?.split("\n") ?? [];
      assert.match(last[1] ?? "", /^west/);
      assert.match(last.at(-2) ?? "", /61 clusters: 60 Connected, 1 Failed \(14 more than fit here\)/);
    });
  });

  describe("check", () => {
    it("says that everything can be followed, or what cannot and why", async () => {
      const reason = "no RBAC rule grants it";
      const secrets = resource({ kind: "Secret" });
      const access = {
        east: { checked: 58, gaps: [], warnings: [] },
        west: {
          checked: 58,
          gaps: [
            { resource: secrets, verb: "list" as const, reason },
            { resource: secrets, verb: "watch" as const, reason },
            { resource: resource({ kind: "Loom", group: "example.com" }), verb: "watch" as const, reason: "" },
          ],
          warnings: ["the certificate ends in 3 days"],
        },
      };
      const { stdout, stderr, code } = await runCli("clusters check", [well, failed], { access });
      assert.equal(
        stdout,
        lines(
          "CLUSTER   RESOURCE            CANNOT       REASON",
          `west      secrets             list,watch   ${reason}`,
          "west      looms.example.com   watch        nothing grants it",
          "east: all 58 kinds can be listed and watched",
        ),
      );
      assert.equal(stderr, "warning: cluster west: the certificate ends in 3 days\n");
      assert.equal(code, 1);
    });

    it("tells which cluster does not answer", async () => {
      const { stderr, code } = await runCli("clusters check", [well], { access: {} });
      assert.deepEqual([stderr, code], ["error: cannot reach it (cluster east)\n", 1]);
    });
  });
});

describe("heddle api-resources", () => {
  it("lists kinds with the clusters that serve them", async () => {
    const loom = resource({ kind: "Loom", group: "example.com", version: "v1beta1", shortNames: ["lm"] });
    const { stdout } = await runCli("api-resources --api-group example.com", [
      { info: { id: "a" }, resources: [loom] },
      { info: { id: "b" } },
    ]);
    assert.equal(
      stdout,
      lines(
        "CLUSTERS   NAME    SHORTNAMES   APIVERSION            NAMESPACED   KIND",
        "a          looms   lm           example.com/v1beta1   true         Loom",
      ),
    );
  });

  it("narrows by namespace, verbs and categories", async () => {
    const names = async (flags: string): Promise<string> =>
      (await runCli(`api-resources -o name ${flags}`, [well, failed])).stdout;
    assert.match(await names("--namespaced false"), /^namespaces\nnodes\n/);
    assert.equal(await names("--categories all --api-group apps"), "deployments.apps\nreplicasets.apps\n");
    assert.equal(await names("--verbs list,escalate"), "");
    assert.equal((await runCli("api-resources --namespaced maybe", [well])).code, 2);
  });
});
