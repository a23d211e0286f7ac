import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { pod } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";

const east = { info: { id: "east", environment: "prod" }, objects: [pod("web-1"), pod("web-2")] };
const west = { info: { id: "west" }, objects: [pod("db-0", { metadata: { namespace: "data" } })] };
const down = {
  info: { id: "down" },
  failure: new HeddleError("cannot reach https://down.test:6443: connection refused", {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
  }),
};

describe("heddle get", () => {
  it("shows pods of every cluster in one aligned table, the cluster first", async () => {
    const { stdout, stderr, code } = await runCli("get pods -A", [east, west]);
    assert.equal(
      stdout,
      [
        "CLUSTER   NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE",
        "east      default     web-1   1/1     Running   0          5m",
        "east      default     web-2   1/1     Running   0          5m",
        "west      data        db-0    1/1     Running   0          5m",
        "",
      ].join("\n"),
    );
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("tells on stderr which cluster fails, shows the others and ends with 1", async () => {
    const { stdout, stderr, code } = await runCli("get po", [down, east]);
    assert.match(stdout, /web-2/);
    assert.equal(stderr, "error: cannot reach https://down.test:6443: connection refused (cluster down)\n");
    assert.equal(code, 1);
  });

  it("finds one pod wherever it is, without complaint about the other clusters", async () => {
    const { stdout, stderr, code } = await runCli("get pod/web-1 -o name", [west, east]);
    assert.deepEqual({ stdout, stderr, code }, { stdout: "pod/web-1\n", stderr: "", code: 0 });
  });

  it("says kubectl's words for a name that no cluster has", async () => {
    const { stderr, code } = await runCli("get pod web-9", [west, east]);
    assert.equal(stderr, 'Error from server (NotFound): pods "web-9" not found (clusters west, east)\n');
    assert.equal(code, 1);
  });

  it("says that nothing was found, and where", async () => {
    const { stdout, stderr, code } = await runCli("get pods -n empty", [east]);
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: "", stderr: "No resources found in empty namespace.\n", code: 0 },
    );
  });

  it("ends with 2 when the command line is wrong", async () => {
    assert.equal((await runCli("get", [east])).code, 2);
    assert.equal((await runCli("get pods --no-such-flag", [east])).code, 2);
    assert.equal((await runCli("get pods -o teapot", [east])).code, 2);
    assert.equal((await runCli("no-such-command", [east])).code, 2);
  });
});
