import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type PodStreams } from "../../model/index.ts";
import { sharedNode, until } from "../../../test/kube/index.ts";
import { failureOf } from "../testing/failure-of.ts";
import { onNode, type Part, runParts, statusOf } from "./testing/real-parts.ts";
import { createPod, podIs } from "./testing/real-pods.ts";

async function textOf(log: Promise<AsyncIterable<Uint8Array>>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await log) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("logs of a real node", () => {
  it("are what kubectl shows", async (t) =>
    onNode(t, { kube: await sharedNode(t), states: ["running", "waiting", "crashed", "counting"] }, (setting) =>
      runParts(t, parts, setting),
    ));
});

const parts: Readonly<Record<string, Part>> = {
  async "logs: all, the last lines, with times, no more than so many bytes, since"({ kube, pods, namespace }) {
    const target = { namespace, pod: "counting" };
    await podIs(kube, { ...target, state: "jsonpath={.status.phase}=Succeeded" });
    const all = Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join("");
    assert.equal(await textOf(pods.logs(target)), all);
    assert.equal(await textOf(pods.logs(target, { tailLines: 2 })), "line 99\nline 100\n");
    assert.equal(await textOf(pods.logs(target, { tailLines: 0 })), "");
    assert.equal(await textOf(pods.logs(target, { limitBytes: 10 })), all.slice(0, 10));
    const stamped = (await textOf(pods.logs(target, { timestamps: true }))).trimEnd().split("\n");
    assert.ok(stamped.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+\S* line \d+$/.test(line)));
    // The API's times are whole seconds: line 51 came more than one after line 50.
    const sinceTime = stamped[50]?.split(" ")[0] ?? "";
    assert.equal(await textOf(pods.logs(target, { sinceTime })), all.slice(all.indexOf("line 51\n")));
    assert.equal(await textOf(pods.logs(target, { sinceSeconds: 3600 })), all);
  },

  async "logs follow a container to its end"({ kube, pods, namespace }) {
    const target = { namespace, pod: "followed" };
    await createPod(kube, namespace, { file: "pod-counting.yaml", name: target.pod });
    // A kubelet ends the log at once of a container that is made and not yet started.
    const text = await until("the container to begin", () => textOf(pods.logs(target, { follow: true })), {
      everyMs: 20,
    });
    const lines = text.trimEnd().split("\n");
    assert.equal(lines.length, 100);
    assert.equal(lines.at(-1), "line 100");
  },

  async "logs are followed until the signal"({ pods, namespace }) {
    const controller = new AbortController();
    const log = await pods.logs({ namespace, pod: "crashed" }, { follow: true, signal: controller.signal });
    const seen = Promise.withResolvers<void>();
    const read = (async () => {
      for await (const _chunk of log) seen.resolve();
    })();
    const ended = assert.rejects(read, (error) => error === controller.signal.reason);
    await seen.promise;
    controller.abort(new Error("enough"));
    await ended;
  },

  async "logs of the run before a crash"({ kube, pods, namespace }) {
    const running = "jsonpath={.status.containerStatuses[0].restartCount}=1";
    await podIs(kube, { namespace, pod: "crashed", state: running });
    assert.equal(await textOf(pods.logs({ namespace, pod: "crashed" }, { previous: true })), "first\n");
    const now = await until("the second run", () => textOf(pods.logs({ namespace, pod: "crashed" })));
    assert.equal(now, "second\n");
  },

  async "logs that there are not are told why"({ pods, namespace }) {
    const logs = (pod: string, options: Parameters<PodStreams["logs"]>[1] = {}, container?: string) =>
      failureOf(pods.logs({ namespace, pod, container }, options));
    assert.equal((await logs("nope")).code, "HEDDLE_CLUSTER_NOT_FOUND");
    const container = await logs("box", {}, "nope");
    assert.equal(container.code, "HEDDLE_CLUSTER_CONTAINER_NOT_FOUND");
    assert.equal(statusOf(container, "reason"), "BadRequest");
    const previous = await logs("box", { previous: true }, "app");
    assert.equal(previous.code, "HEDDLE_CLUSTER_NO_PREVIOUS_LOG");
    assert.match(statusOf(previous, "message") ?? "", /previous terminated container "app" in pod "box" not found/);
    const waiting = await logs("waiting");
    assert.equal(waiting.code, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING");
    assert.match(statusOf(waiting, "message") ?? "", /is waiting to start: PodInitializing/);
    assert.equal(waiting.retryable, true);
    const both = await logs("box", { sinceSeconds: 1, sinceTime: "2026-01-01T00:00:00Z" }, "app");
    assert.equal(both.code, "HEDDLE_CLUSTER_INVALID");
  },
};
