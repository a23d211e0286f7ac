import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { crashing, down, east, lines, until, west } from "../testing/get-cases.ts";
import { pod } from "../testing/objects.ts";
import { runCli, testNowMs } from "../testing/run-cli.ts";

describe("heddle get -w", () => {
  it("shows the list, then a row for every change, aligned with it", async () => {
    async function* changes() {
      yield { objects: [pod("web-3", { status: crashing })], deleted: [] };
      yield { objects: [], deleted: [pod("web-1")] };
    }
    const { stdout, code } = await runCli("get pods -w", [{ ...east, changes: changes() }, west], {
      stopWhen: (text) => text.split("web-1").length === 3,
    });
    assert.equal(
      stdout,
      lines(
        "CLUSTER   NAME    READY   STATUS    RESTARTS   AGE",
        "east      web-1   1/1     Running   0          5m",
        "east      web-2   1/1     Running   0          5m",
        "east      web-3   0/1     CrashLoopBackOff   7          5m",
        "east      web-1   1/1     Running            0          5m",
      ),
    );
    assert.equal(code, 130);
  });

  it("waits a second for the lists of slow clusters, then begins without them", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const clock = createManualClock(testNowMs);
    const slow = { info: { id: "slow" }, objects: [pod("late")], ready: promise };
    let begun = false;
    const running = runCli("get pods -w -o name", [east, slow], {
      clock,
      stopWhen(text) {
        if (text.includes("web-2") && !begun) {
          begun = true;
          resolve();
        }
        return text.includes("late");
      },
    });
    await until(() => clock.pending() > 0);
    await new Promise(setImmediate);
    clock.advance(1000);
    assert.equal((await running).stdout, lines("pod/web-1", "pod/web-2", "pod/late"));
  });

  it("goes on when a cluster fails, and tells each failure once", async () => {
    const { stdout, stderr } = await runCli("get pods -w -o name", [down, east], {
      stopWhen: (text) => text.includes("web-2"),
    });
    assert.equal(stdout, lines("pod/web-1", "pod/web-2"));
    assert.match(stderr, /^error: cannot reach [^\n]+\(cluster down\)\n$/);
  });
});
