import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { type ApiRequest } from "../api-client.ts";
import { partialApi } from "../objects/testing/partial-api.ts";
import { createHealthProbe } from "./health.ts";

/** An API server of which each path is a function. */
function start(paths: Readonly<Record<string, (request: ApiRequest) => string | Promise<string>>>) {
  const clock = createManualClock(1_000);
  const asked: string[] = [];
  const text = async (request: ApiRequest): Promise<string> => {
    asked.push(request.path);
    await setImmediate();
    request.signal?.throwIfAborted();
    return await (paths[request.path] ?? (() => "ok"))(request);
  };
  const api = partialApi({
    server: "https://probed:6443",
    text,
    json: async (request) => ({ gitVersion: await text(request) }),
    certificates: () => ({ serverExpiresAtMs: 10 ** 12 }),
  });
  return { clock, asked, probe: createHealthProbe({ api, clock }, { timeoutMs: 500 }) };
}

const fail =
  (code: HeddleError["code"], details = {}) =>
  () => {
    throw new HeddleError(code, { code, details });
  };
const { signal } = new AbortController();
const never = (request: ApiRequest): Promise<string> =>
  new Promise((_resolve, reject) => {
    request.signal?.addEventListener("abort", () => reject(request.signal?.reason));
  });

describe("createHealthProbe", () => {
  it("knows nothing before it was asked to check", () => {
    const { probe, asked } = start({});
    assert.equal(probe.last().state, "Unknown");
    assert.deepEqual(asked, []);
  });

  it("asks for the version first, and then for both probes", async () => {
    const { probe, asked, clock } = start({ "/version": () => "v1.34.4" });
    const health = await probe.check(signal);
    assert.equal(clock.pending(), 0);
    assert.deepEqual(asked, ["/version", "/readyz", "/livez"]);
    assert.deepEqual(health, {
      state: "Connected",
      reason: "",
      version: "v1.34.4",
      latencyMs: 0,
      certificateExpiresAtMs: 10 ** 12,
      checkedAtMs: 1_000,
      lastSuccessAtMs: 1_000,
    });
    assert.equal(probe.last(), health);
  });

  it("waits in no queue of our own, whose length says nothing of the server", async () => {
    const unqueued: unknown[] = [];
    const note = (request: ApiRequest): string => `${unqueued.push(request.unqueued)}`;
    const { probe } = start({ "/version": note, "/readyz": note, "/livez": note });
    await probe.check(signal);
    assert.deepEqual(unqueued, [true, true, true]);
  });

  it("asks no more when the server cannot be reached", async () => {
    const { probe, asked } = start({ "/version": fail("HEDDLE_CLUSTER_UNREACHABLE") });
    assert.equal((await probe.check(signal)).state, "Failed");
    assert.deepEqual(asked, ["/version"]);
  });

  it("names the check that a refused probe tells of", async () => {
    const body = "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n";
    const { probe } = start({ "/readyz": fail("HEDDLE_CLUSTER_UNAVAILABLE", { httpStatus: 500, body }) });
    assert.equal((await probe.check(signal)).reason, "not ready: etcd failed");
  });

  it("remembers when it last succeeded", async () => {
    let down = false;
    const { probe, clock } = start({ "/version": () => (down ? fail("HEDDLE_CLUSTER_UNREACHABLE")() : "v1") });
    await probe.check(signal);
    down = true;
    clock.advance(5_000);
    const { state, lastSuccessAtMs, checkedAtMs } = await probe.check(signal);
    assert.deepEqual(
      { state, lastSuccessAtMs, checkedAtMs },
      { state: "Failed", lastSuccessAtMs: 1_000, checkedAtMs: 6_000 },
    );
  });

  it("waits no longer than its timeout for each answer, retries included", async () => {
    const { probe, clock } = start({ "/version": never });
    const checking = probe.check(signal);
    await setImmediate();
    await setImmediate();
    clock.advance(500);
    const { state, reason } = await checking;
    assert.deepEqual([state, reason], ["Failed", "https://probed:6443 did not answer within 0.5 s"]);
    assert.equal(clock.pending(), 0);
  });

  it("throws for an abort only, and keeps what it knew", async () => {
    const { probe } = start({ "/readyz": never });
    const stop = new AbortController();
    const checking = probe.check(stop.signal);
    await setImmediate();
    await setImmediate();
    stop.abort(new Error("enough"));
    await assert.rejects(checking, /enough/);
    assert.equal(probe.last().state, "Unknown");
    await assert.rejects(probe.check(stop.signal), /enough/);
  });

  it("tells even a failure that is no error of ours", async () => {
    const { probe } = start({
      "/version": () => {
        throw new TypeError("odd");
      },
    });
    assert.deepEqual([(await probe.check(signal)).state, probe.last().reason], ["Degraded", "/version: odd"]);
  });
});
