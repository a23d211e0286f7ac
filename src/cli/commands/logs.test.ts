import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HeddleError } from "../../base/index.ts";
import { prefixedLines } from "../pods/log-source.ts";
import { type MemoryCluster } from "../testing/memory-fleet.ts";
import { createMemoryPods, type PodCall } from "../testing/memory-pods.ts";
import { deployment, pod } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";

const web = (name: string) => pod(name, { metadata: { labels: { app: "web" } } });
const twoContainers = pod("two", {
  spec: { initContainers: [{ name: "init" }], containers: [{ name: "web" }, { name: "side" }] },
});
const east: MemoryCluster = {
  info: { id: "east" },
  objects: [web("web-1"), web("web-2"), deployment("web"), twoContainers],
};
const west: MemoryCluster = { info: { id: "west" }, objects: [web("web-9"), deployment("web")] };

const logs = {
  "web-1/web": "one\ntwo\n",
  "web-2/web": "three",
  "web-9/web": "nine\n",
  "two/web": "from web\n",
  "two/side": "from side\n",
  "two/init": "from init\n",
};

async function run(
  line: string,
  fleet: readonly MemoryCluster[] = [east],
  given: Record<string, string | HeddleError> = logs,
) {
  const calls: PodCall[] = [];
  const result = await runCli(line, fleet, { podStreams: () => createMemoryPods(calls, given) });
  return { ...result, calls };
}

describe("heddle logs", () => {
  it("prints a pod's log as it is", async () => {
    const { stdout, stderr, code } = await run("logs web-1");
    assert.deepEqual([stdout, stderr, code], ["one\ntwo\n", "", 0]);
    assert.equal((await run("logs pod/web-2")).stdout, "three");
  });

  it("passes every choice on", async () => {
    const options = async (flags: string) =>
      (await run(`logs web-1 ${flags}`.trim())).calls.map((call) => call.do === "logs" && call.options);
    const usual = { follow: false, previous: false, timestamps: false };
    const matches = async (flags: string, expected: object): Promise<void> => {
      const [given] = await options(flags);
      assert.ok(given);
      const { signal: _, ...rest } = given;
      assert.deepEqual(rest, { ...usual, ...expected }, flags);
    };
    await matches("", {});
    await matches("-f --timestamps", { follow: true, timestamps: true });
    await matches("-p", { previous: true });
    await matches("--since 90s --tail 5", { sinceSeconds: 90, tailLines: 5 });
    await matches("--tail -1", {});
    await matches("--since 100ms --tail=-1", { sinceSeconds: 1 });
    await matches("--since-time 2026-01-01T00:00:00Z", { sinceTime: "2026-01-01T00:00:00Z" });
  });

  it("reads all pods of a workload, in every cluster, and says before each line whose it is", async () => {
    const { stdout } = await run("logs deploy/web", [east, west]);
    assert.equal(
      stdout,
      "[east pod/web-1/web] one\n[east pod/web-1/web] two\n[east pod/web-2/web] three\n[west pod/web-9/web] nine\n",
    );
  });

  it("says it within one cluster only where asked", async () => {
    assert.equal((await run("logs deploy/web")).stdout, "one\ntwo\nthree");
    assert.equal(
      (await run("logs -l app=web --prefix")).stdout,
      "[pod/web-1/web] one\n[pod/web-1/web] two\n[pod/web-2/web] three\n",
    );
  });

  it("shows the last ten lines of each log when pods are selected by labels", async () => {
    const { calls } = await run("logs -l app=web");
    assert.deepEqual(
      calls.map((call) => call.do === "logs" && call.options.tailLines),
      [10, 10],
    );
  });

  describe("for a pod with several containers", () => {
    it("takes the default one and says so", async () => {
      const { stdout, stderr } = await run("logs two");
      assert.equal(stdout, "from web\n");
      assert.equal(stderr, 'Defaulted container "web" out of: init, web, side\n');
    });

    it("takes the one that is named, or all", async () => {
      assert.equal((await run("logs two -c side")).stdout, "from side\n");
      assert.equal((await run("logs two side")).stdout, "from side\n");
      assert.equal((await run("logs two --all-containers")).stdout, "from init\nfrom web\nfrom side\n");
    });

    it("refuses a name that it does not have", async () => {
      const { stderr, code } = await run("logs two -c nope");
      assert.equal(stderr, 'error: pod two has no container "nope": it has init, web, side\n');
      assert.equal(code, 2);
    });
  });

  it("tells what cannot be read, reads the others, and ends with 1", async () => {
    const failing = new HeddleError("container is waiting to start", { code: "HEDDLE_CLUSTER_BAD_REQUEST" });
    const { stdout, stderr, code } = await run("logs deploy/web", [east], { ...logs, "web-1/web": failing });
    assert.equal(stdout, "three");
    assert.equal(stderr, "error: web-1/web: container is waiting to start (cluster east)\n");
    assert.equal(code, 1);
  });

  it("says which pod there is not", async () => {
    const missing = await run("logs nope", [east, west]);
    assert.equal(missing.stderr, 'Error from server (NotFound): pods "nope" not found (clusters east, west)\n');
    assert.equal(missing.code, 1);
    assert.equal((await run("logs -l app=nope")).stderr, "No resources found in default namespace.\n");
  });

  it("refuses what contradicts itself", async () => {
    for (const line of [
      "logs",
      "logs a b c",
      "logs a -l b=c",
      "logs web-1 --tail x",
      "logs web-1 --since 1h --since-time 2026-01-01T00:00:00Z",
      "logs web-1 --since-time noon",
    ])
      assert.equal((await run(line)).code, 2, line);
  });

  it("refuses objects that have no pods", async () => {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" } };
    const { stderr, code } = await run("logs cm/c", [{ info: { id: "a" }, objects: [map] }]);
    assert.deepEqual([stderr, code], ["error: ConfigMap c selects no pods\n", 2]);
  });
});

describe("lines behind a prefix", () => {
  it("are the log's lines, however it was cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\n"), maxLength: 8 })), async (pieces) => {
        async function* chunks() {
          for (const piece of pieces) yield Buffer.from(piece);
        }
        let printed = "";
        for await (const part of prefixedLines(chunks(), "> ")) printed += Buffer.from(part).toString();
        const whole = pieces.join("");
        const lines = whole.endsWith("\n") || whole === "" ? whole.split("\n").slice(0, -1) : whole.split("\n");
        assert.equal(printed, lines.map((line) => `> ${line}\n`).join(""));
      }),
    );
  });
});
