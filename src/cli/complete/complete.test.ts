import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { pod, deployment } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";

const fleet = [
  {
    info: { id: "east", name: "Production East", environment: "prod", region: "us-east-1" },
    objects: [
      pod("web-1", {
        spec: { containers: [{ name: "web", ports: [{ name: "http", containerPort: 80 }] }, { name: "side" }] },
      }),
      pod("db-0", { metadata: { namespace: "data" } }),
      deployment("web"),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "data" } },
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    ],
  },
  { info: { id: "west" }, objects: [pod("web-1"), pod("web-2")] },
];

/** The line up to the cursor; a blank at its end begins a new word. */
async function complete(line: string): Promise<readonly string[]> {
  const { stdout, stderr, code } = await runCli(["__complete", "--", ...line.split(" ")], fleet);
  assert.deepEqual([stderr, code], ["", 0]);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((candidate) => candidate.split("\t")[0] ?? "");
}

describe("completion", () => {
  const cases: readonly (readonly [line: string, candidates: readonly string[]])[] = [
    ["ex", ["exec"]],
    ["c", ["changes", "clusters", "completion"]],
    ["clusters ", ["check", "add", "remove"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["get --show-l", ["--show-labels"]],
    ["--kube", ["--kubeconfig"]],
    ["get dep", ["deployments"]],
    ["get pods,dep", ["pods,deployments"]],
    ["get pods ", ["web-1", "web-2"]],
    ["get pods -n data ", ["db-0"]],
    ["get pods -A d", ["db-0"]],
    ["get pods --namespace=data ", ["db-0"]],
    ["get --clusters west pods ", ["web-1", "web-2"]],
    ["get pods web-1 w", ["web-1", "web-2"]],
    ["get deploy/", ["deploy/web"]],
    ["describe pod/web-1 deploy/w", ["deploy/web"]],
    ["-n d", ["data", "default"]],
    ["get pods --namespace=d", ["--namespace=data", "--namespace=default"]],
    ["get pods --clusters ", ["east", "west", "env=prod", "region=us-east-1"]],
    ["get pods --clusters east,", ["east,east", "east,west", "east,env=prod", "east,region=us-east-1"]],
    ["get pods -o y", ["yaml"]],
    ["api-resources -o ", ["table", "wide", "name"]],
    ["logs web-1 ", ["side", "web"]],
    ["logs web-1 -c s", ["side"]],
    ["logs dep", ["deployment/"]],
    ["exec web", ["web-1", "web-2"]],
    ["exec web-1 -- l", []],
    ["port-forward web-1 ", ["80"]],
    ["--config ", []],
    ["nonsense ", []],
    ["get --no-such-flag pods w", ["web-1", "web-2"]],
  ];
  for (const [line, candidates] of cases)
    it(`offers ${candidates.join(" ") || "nothing"} for "${line}"`, async () =>
      assert.deepEqual(await complete(line), candidates));

  it("tells a word about each candidate", async () => {
    const { stdout } = await runCli(["__complete", "--", "get", "--clusters", "e"], fleet);
    assert.equal(stdout, "east\tProduction East\nenv=prod\n");
  });

  it("says nothing where a cluster fails, and what the others know", async () => {
    const failure = new HeddleError("no", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    const { stdout, stderr, code } = await runCli(
      ["__complete", "--", "get", "pods", "w"],
      [{ info: { id: "down" }, failure }, ...fleet],
    );
    assert.deepEqual([stdout, stderr, code], ["web-1\nweb-2\n", "", 0]);
  });

  it("offers scripts for three shells", async () => {
    for (const shell of ["bash", "zsh", "fish"])
      assert.match((await runCli(`completion ${shell}`, fleet)).stdout, /__complete --/);
    const wrong = await runCli("completion tcsh", fleet);
    assert.deepEqual(
      [wrong.stderr, wrong.code],
      ['error: heddle completion takes one of bash, zsh, fish, not "tcsh"\n', 2],
    );
  });
});
