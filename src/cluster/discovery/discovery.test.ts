import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { listAt, type JsonObject, type JsonValue, resourceName, stringAt } from "../../model/index.ts";
import { createDiscovery } from "./discovery.ts";
import { createRecordedApi, failure, readRecording } from "./testing/recorded-api.ts";

const recording = readRecording("discovery-aggregated");

/** The same server before the group was installed. */
function without(group: string): Readonly<Record<string, JsonObject>> {
  const keeps = (item: JsonValue): boolean => stringAt(item, "metadata", "name") !== group;
  return { ...recording, "/apis": { ...recording["/apis"], items: listAt(recording["/apis"], "items").filter(keeps) } };
}

function start(first: Parameters<typeof createRecordedApi>[0] = recording) {
  const clock = createManualClock();
  const recorded = createRecordedApi(first);
  return { ...recorded, clock, discovery: createDiscovery({ api: recorded.api, clock }) };
}

const unknown = { code: "HEDDLE_CLUSTER_UNKNOWN_KIND" };

describe("createDiscovery", () => {
  it("asks nothing before it is asked, then once for all", async () => {
    const { discovery, asked } = start();
    assert.deepEqual(discovery.failedGroups(), []);
    assert.deepEqual(asked, []);
    const [resources] = await Promise.all([discovery.resources(), discovery.find("po"), discovery.find("all")]);
    await discovery.resources();
    assert.equal(resources.length, 67);
    assert.deepEqual(asked, ["/api", "/apis"]);
    assert.deepEqual(discovery.failedGroups(), ["metrics.example.com"]);
  });

  it("asks again after refresh", async () => {
    const { discovery, asked, replay } = start(without("k8s.cni.cncf.io"));
    assert.equal((await discovery.resources()).length, 66);
    replay(recording);
    discovery.refresh();
    assert.equal((await discovery.resources()).length, 67);
    assert.equal(asked.length, 4);
  });

  it("does not take an answer that was on its way when refresh was called", async () => {
    const { discovery, replay } = start(without("k8s.cni.cncf.io"));
    const early = discovery.resources();
    discovery.refresh();
    replay(recording);
    await early;
    assert.equal((await discovery.resources()).length, 67);
  });

  it("tells a failure to all who wait and does not keep it", async () => {
    const { discovery, replay } = start({ "/api": failure("HEDDLE_CLUSTER_UNREACHABLE") });
    const waiting = [discovery.resources(), discovery.find("po")];
    for (const outcome of await Promise.allSettled(waiting)) assert.equal(outcome.status, "rejected");
    replay(recording);
    assert.equal((await discovery.find("po")).length, 1);
  });

  it("lets one caller go without stopping the others", async () => {
    const { discovery, asked } = start();
    const leaving = new AbortController();
    const left = discovery.find("po", leaving.signal);
    const stays = discovery.find("svc");
    leaving.abort(new HeddleError("left", { code: "HEDDLE_INTERNAL" }));
    await assert.rejects(left, /left/);
    assert.deepEqual((await stays).map(resourceName), ["services"]);
    assert.equal(asked.length, 2);
  });

  it("asks nothing for a caller that has gone already", async () => {
    const { discovery, asked } = start({ "/apis": failure("HEDDLE_CLUSTER_UNREACHABLE") });
    await assert.rejects(discovery.find("po", AbortSignal.abort(new Error("gone"))), /gone/);
    assert.deepEqual(asked, []);
  });

  it("keeps the kinds of a group that stopped answering", async () => {
    const { discovery, replay } = start();
    await discovery.resources();
    const stale = listAt(recording["/apis"], "items").map((item) =>
      stringAt(item, "metadata", "name") === "k8s.cni.cncf.io"
        ? { metadata: { name: "k8s.cni.cncf.io" }, versions: [{ version: "v1", freshness: "Stale" }] }
        : item,
    );
    replay({ ...recording, "/apis": { ...recording["/apis"], items: stale } });
    discovery.refresh();
    assert.equal((await discovery.find("net-attach-def")).length, 1);
    assert.deepEqual(discovery.failedGroups(), ["k8s.cni.cncf.io", "metrics.example.com"]);
  });
});

describe("an unknown kind", () => {
  it("is asked for anew at once, for its definition may just have come", async () => {
    const { discovery, replay, asked } = start(without("k8s.cni.cncf.io"));
    await discovery.resources();
    replay(recording);
    assert.deepEqual((await discovery.find("net-attach-def")).map(resourceName), [
      "network-attachment-definitions.k8s.cni.cncf.io",
    ]);
    assert.equal((await discovery.resources()).length, 67, "and is known from then on");
    assert.equal(asked.length, 4);
  });

  it("is not asked for twice when the answer is fresh", async () => {
    const { discovery, asked } = start();
    await assert.rejects(discovery.find("podz"), unknown);
    assert.equal(asked.length, 2);
  });

  it("costs no more than one question every three seconds", async () => {
    const { discovery, asked, clock } = start();
    await discovery.resources();
    await Promise.allSettled([discovery.find("podz"), discovery.find("podzz")]);
    assert.equal(asked.length, 4);
    clock.advance(2_999);
    await assert.rejects(discovery.find("podz"), unknown);
    assert.equal(asked.length, 4);
    clock.advance(1);
    await assert.rejects(discovery.find("podz"), unknown);
    assert.equal(asked.length, 6);
  });

  it("costs nothing that was known when the server cannot be asked again", async () => {
    const { discovery, replay } = start();
    await discovery.resources();
    replay({ "/apis": failure("HEDDLE_CLUSTER_UNREACHABLE") });
    await assert.rejects(discovery.find("podz"), { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    assert.equal((await discovery.find("po")).length, 1);
    await assert.rejects(discovery.find("podz"), unknown, "not asked again so soon");
  });

  it("is retryable only while a group does not answer: it may be there", async () => {
    const { discovery, replay } = start();
    await assert.rejects(discovery.find("podz"), { ...unknown, retryable: true });
    replay(without("metrics.example.com"));
    discovery.refresh();
    await assert.rejects(discovery.find("podz"), { ...unknown, retryable: false });
  });
});
