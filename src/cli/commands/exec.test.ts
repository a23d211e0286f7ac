import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { HeddleError, UsageError } from "../../base/index.ts";
import { type MemoryCluster } from "../testing/memory-fleet.ts";
import { createMemoryPods, type PodCall } from "../testing/memory-pods.ts";
import { deployment, pod } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";
import { parsePorts } from "./port-forward.ts";

const labels = { labels: { app: "web" } };
const pending = pod("web-0", { metadata: labels, status: { phase: "Pending" } });
const running = pod("web-1", {
  metadata: labels,
  spec: { containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }] },
});
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { selector: { app: "web" }, ports: [{ name: "main", port: 80, targetPort: "http" }] },
};
const east: MemoryCluster = { info: { id: "east" }, objects: [pending, running, deployment("web"), service] };
const west: MemoryCluster = { info: { id: "west" }, objects: [running] };

async function run(
  line: string,
  options: Readonly<{
    fleet?: readonly MemoryCluster[];
    exitCode?: number;
    input?: string;
    stopWhen?: (text: string) => boolean;
  }> = {},
) {
  const calls: PodCall[] = [];
  const stdin = new PassThrough();
  stdin.end(options.input ?? "not to be read");
  const { fleet = [east], exitCode = 0, stopWhen } = options;
  const podStreams = () => createMemoryPods(calls, {}, exitCode);
  const result = await runCli(line, fleet, { stdin, podStreams, ...(stopWhen === undefined ? {} : { stopWhen }) });
  return { ...result, calls };
}

describe("heddle exec", () => {
  it("tells a refusal in the API server's own words", async () => {
    const status = { kind: "Status", reason: "Forbidden", message: 'pods "web-1" is forbidden: you may not exec' };
    const refusal = new HeddleError(`GET …/exec: ${status.message}`, {
      code: "HEDDLE_CLUSTER_FORBIDDEN",
      details: { status },
    });
    const podStreams = () => ({ ...createMemoryPods([]), exec: () => Promise.reject(refusal) });
    const { stderr, code } = await runCli("exec web-1 -- true", [east], { podStreams });
    assert.deepEqual([stderr, code], [`Error from server (Forbidden): ${status.message}\n`, 1]);
  });

  it("runs what stands behind -- in the pod, flags and all", async () => {
    const { calls, code } = await run("exec web-1 -c web -- ls -n -o x -- y");
    const target = { namespace: "default", pod: "web-1", container: "web" };
    assert.deepEqual(calls, [
      { do: "exec", target, command: ["ls", "-n", "-o", "x", "--", "y"], stdin: "", tty: false },
    ]);
    assert.equal(code, 0);
  });

  it("passes standard input on only with -i", async () => {
    const { stdout } = await run("exec -i web-1 -- cat", { input: "hello" });
    assert.equal(stdout, "hello");
    assert.equal((await run("exec web-1 -- cat")).stdout, "");
  });

  it("ends with the command's exit code and says it", async () => {
    const { code, stderr } = await run("exec web-1 -- false", { exitCode: 7 });
    assert.deepEqual([code, stderr], [7, "command terminated with exit code 7\n"]);
  });

  it("goes on without a terminal where there is none", async () => {
    const { stderr, calls } = await run("exec -it web-1 -- sh");
    assert.equal(stderr, "Unable to use a TTY - input is not a terminal or the right kind of file\n");
    assert.equal(calls[0]?.do === "exec" && calls[0].tty, false);
  });

  it("takes a running pod of a workload", async () => {
    const { calls } = await run("exec deploy/web -- true");
    assert.equal(calls[0]?.do === "exec" && calls[0].target.pod, "web-1");
  });

  it("wants one cluster, and says which there are", async () => {
    const { code, stderr, calls } = await run("exec web-1 -- true", { fleet: [east, west] });
    assert.equal(stderr, "error: web-1 is in clusters east, west: choose one of them by --clusters\n");
    assert.deepEqual([code, calls], [2, []]);
    assert.equal((await run("exec web-1 --clusters west -- true", { fleet: [east, west] })).code, 0);
  });

  it("explains a command line that is not kubectl's", async () => {
    assert.match((await run("exec web-1 ls")).stderr, /put the command behind "--": heddle exec web-1 -- ls/);
    for (const line of ["exec", "exec web-1", "exec web-1 --", "exec -- ls", "exec a b -- ls"])
      assert.equal((await run(line)).code, 2, line);
  });

  it("says which pod there is not", async () => {
    const { code, stderr } = await run("exec nope -- ls");
    assert.equal(stderr, 'Error from server (NotFound): pods "nope" not found (cluster east)\n');
    assert.equal(code, 1);
    const idle = { info: { id: "a" }, objects: [deployment("idle")] };
    assert.equal((await run("exec deploy/idle -- ls", { fleet: [idle] })).stderr, "error: deploy/idle has no pods\n");
  });
});

describe("heddle attach", () => {
  it("joins the main process", async () => {
    const { calls, stderr } = await run("attach -i web-1", { input: "x" });
    assert.equal(stderr, "If you don't see a command prompt, try pressing enter.\n");
    assert.deepEqual(
      calls.map((call) => [call.do, "stdin" in call && call.stdin]),
      [["attach", "x"]],
    );
    assert.equal((await run("attach")).code, 2);
  });
});

describe("heddle port-forward", () => {
  const forward = (line: string) => run(line, { stopWhen: (text) => text.includes("Forwarding") });

  it("leads local ports to the pod's until it is interrupted", async () => {
    const { stdout, calls } = await forward("port-forward web-1 9000:8080");
    assert.equal(stdout, "Forwarding from 127.0.0.1:9000 -> 8080\n");
    assert.deepEqual(calls, [{ do: "forward", pod: "web-1", port: 8080, localPort: 9000, localAddress: "127.0.0.1" }]);
  });

  it("finds a service's port, and a port by its name", async () => {
    const byNumber = await forward("port-forward svc/web :80");
    assert.deepEqual(byNumber.calls, [
      { do: "forward", pod: "web-1", port: 8080, localPort: 0, localAddress: "127.0.0.1" },
    ]);
    assert.equal((await forward("port-forward svc/web :main")).calls.length, 1);
    assert.equal(
      (await forward("port-forward web-1 :http --address 0.0.0.0")).stdout,
      "Forwarding from 0.0.0.0:40000 -> 8080\n",
    );
    assert.match((await run("port-forward svc/web 81")).stderr, /service web has no port 81: it has 80 \(main\)/);
    assert.match((await run("port-forward web-1 :nope")).stderr, /pod web-1 has no port named "nope"/);
  });

  it("reads pairs of ports", () => {
    assert.deepEqual(parsePorts("8080:80"), { local: 8080, remote: "80" });
    assert.deepEqual(parsePorts("80"), { local: 80, remote: "80" });
    assert.deepEqual(parsePorts(":80"), { local: 0, remote: "80" });
    assert.deepEqual(parsePorts("http"), { local: 0, remote: "http" });
    assert.deepEqual(parsePorts("8080:http"), { local: 8080, remote: "http" });
    for (const text of ["", ":", "80:", "a:80", "70000", "80:70000", "1:2:3"])
      assert.throws(() => parsePorts(text), UsageError, text);
  });
});
