import assert from "node:assert/strict";
import { HeddleError } from "../../base/index.ts";
import { pod } from "./objects.ts";

/** The status of a pod whose container falls over and over. */
export const crashing = {
  phase: "Running",
  containerStatuses: [
    { name: "web", ready: false, restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } },
  ],
};

/** Three clusters that the tests of `heddle get` share: two that answer, one that does not. */
export const east = { info: { id: "east", environment: "prod" }, objects: [pod("web-1"), pod("web-2")] };
export const west = { info: { id: "west" }, objects: [pod("db-0", { metadata: { namespace: "data" } })] };
export const down = {
  info: { id: "down" },
  failure: new HeddleError("cannot reach https://down.test:6443: connection refused", {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
  }),
};

/** What a command writes, line by line. */
export const lines = (...text: readonly string[]): string => text.map((line) => `${line}\n`).join("");

/** Resolves once it holds, the event loop turning between one look and the next; fails after a minute. */
export async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!condition()) {
    assert.ok(Date.now() < deadlineMs, "waited too long");
    await new Promise(setImmediate);
  }
}
