import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createManualClock, createQueue, type Queue } from "../../base/index.ts";
import {
  type Change,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  resourceName,
  stringAt,
} from "../../model/index.ts";
import { type Cluster, type FollowEvent } from "../model.ts";
import { createDiscovery } from "./discovery.ts";
import { apiServiceResource, crdResource } from "./expectations.ts";
import { createDiscoveryRefresher, type RefresherTuning, type ResourceChanges } from "./refresher.ts";
import { createRecordedApi, failure, readRecording } from "./testing/recorded-api.ts";

const full = readRecording("discovery-aggregated");
const nads = "network-attachment-definitions.k8s.cni.cncf.io";

/** The recorded server with one group as `change` makes it; undefined takes the group away. */
function serving(
  group: string,
  change: (item: JsonObject) => JsonObject | undefined,
): Readonly<Record<string, JsonObject>> {
  const items = listAt(full["/apis"], "items").flatMap((item): readonly JsonValue[] => {
    if (stringAt(item, "metadata", "name") !== group) return [item];
    const changed = change(item as JsonObject);
    return changed === undefined ? [] : [changed];
  });
  return { ...full, "/apis": { ...full["/apis"], items } };
}

const withoutNads = serving("k8s.cni.cncf.io", () => undefined);

const nadDefinition = (fields: { established?: boolean; versions?: readonly string[] } = {}): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: nads },
  spec: {
    scope: "Namespaced",
    versions: (fields.versions ?? ["v1"]).map((name) => ({ name, served: true })),
  },
  status: {
    acceptedNames: { kind: "NetworkAttachmentDefinition", shortNames: ["net-attach-def"] },
    conditions: [{ type: "Established", status: fields.established === false ? "False" : "True" }],
  },
});

const metricsService = (available: boolean): KubeObject => ({
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: "v1beta1.metrics.example.com" },
  spec: { group: "metrics.example.com", version: "v1beta1", service: { name: "nowhere", namespace: "default" } },
  status: { conditions: [{ type: "Available", status: available ? "True" : "False" }] },
});

/** Lets everything run that waits for no clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

function start(
  t: { after(end: () => void): void },
  first: Parameters<typeof createRecordedApi>[0],
  tuning?: Partial<RefresherTuning>,
) {
  const clock = createManualClock();
  const recorded = createRecordedApi(first);
  const discovery = createDiscovery({ api: recorded.api, clock });
  const queues = new Map<string, Queue<FollowEvent>>();
  const follow: Cluster["follow"] = (resource, { signal }) => {
    const queue = createQueue<FollowEvent>(100);
    queues.set(resourceName(resource), queue);
    signal.addEventListener("abort", () => queue.close());
    return queue;
  };
  const tell = async (of: typeof crdResource, event: FollowEvent): Promise<void> => {
    await queues.get(resourceName(of))?.push(event);
    await settle();
  };
  const changed = (of: typeof crdResource, ...changes: readonly Change[]): Promise<void> =>
    tell(of, { type: "changes", changes });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const told: ResourceChanges[] = [];
  const ended = (async () => {
    const refresher = createDiscoveryRefresher({ discovery, follow, clock, random: () => 1 }, tuning);
    for await (const changes of refresher.watch(stop.signal)) told.push(changes);
  })();
  const pass = async (byMs: number): Promise<void> => {
    clock.advance(byMs);
    await settle();
  };
  return { ...recorded, clock, told, tell, changed, pass, stop, ended, queues };
}

const names = (resources: ResourceChanges["added"]): readonly string[] => resources.map(resourceName);

describe("createDiscoveryRefresher", () => {
  it("tells everything at first", async (t) => {
    const { told } = start(t, full);
    await settle();
    assert.equal(told.length, 1);
    assert.equal(told[0]?.added.length, 67);
    assert.deepEqual(told[0]?.failedGroups, ["metrics.example.com"]);
  });

  it("tells a resource that a new definition brought, and that it went again", async (t) => {
    const { told, replay, changed, pass } = start(t, withoutNads);
    await settle();
    replay(full);
    await changed(crdResource, { type: "created", object: nadDefinition() });
    await pass(200);
    assert.deepEqual(names(told[1]?.added ?? []), [nads]);
    assert.deepEqual(told[1]?.removed, []);
    replay(withoutNads);
    await changed(crdResource, { type: "deleted", object: nadDefinition(), finalState: "known" });
    await pass(200);
    assert.deepEqual(names(told[2]?.removed ?? []), [nads]);
    assert.equal(told[2]?.resources.length, 66);
  });

  it("asks once for many definitions that come together, and at the latest after two seconds", async (t) => {
    const { asked, changed, pass } = start(t, withoutNads);
    await settle();
    for (let count = 0; count < 12; count++) {
      await changed(crdResource, { type: "created", object: nadDefinition() });
      await pass(190);
    }
    assert.equal(asked.length, 4, "two paths at first, two more after 2 s of unrest");
  });

  it("asks nothing for what discovery tells already, nor for a definition that is not yet established", async (t) => {
    const { asked, changed, pass } = start(t, full);
    await settle();
    await changed(crdResource, { type: "created", object: nadDefinition() });
    await changed(crdResource, { type: "updated", object: nadDefinition({ established: false }) });
    await pass(5_000);
    assert.equal(asked.length, 2);
  });

  it("asks again until discovery has caught up, less and less often, and then no more", async (t) => {
    const { told, asked, replay, changed, pass } = start(t, withoutNads);
    await settle();
    await changed(crdResource, { type: "created", object: nadDefinition() });
    await pass(200);
    await pass(250);
    assert.equal(told.length, 1);
    replay(full);
    await pass(500);
    assert.deepEqual(names(told[1]?.added ?? []), [nads]);
    await pass(20_000);
    assert.equal(asked.length, 8);
    replay(withoutNads);
    await changed(crdResource, { type: "updated", object: nadDefinition({ versions: ["v2"] }) });
    await pass(200);
    assert.equal(asked.length, 10);
    await pass(250);
    assert.equal(asked.length, 12, "a new change is waited for from the beginning");
  });

  it("gives up on what never appears", async (t) => {
    const { asked, changed, pass } = start(t, withoutNads, { patienceMs: 5_000 });
    await settle();
    await changed(crdResource, { type: "created", object: nadDefinition() });
    for (let second = 0; second < 20; second++) await pass(1_000);
    const count = asked.length;
    for (let second = 0; second < 20; second++) await pass(1_000);
    assert.equal(asked.length, count);
  });

  it("tells a new version as the old one removed and the new one added", async (t) => {
    const { told, replay, changed, pass } = start(t, full);
    await settle();
    const served = (version: string, item: JsonObject): JsonObject => ({
      ...(listAt(item, "versions")[0] as JsonObject),
      version,
    });
    replay(serving("k8s.cni.cncf.io", (item) => ({ ...item, versions: [served("v2", item), served("v1", item)] })));
    await changed(crdResource, { type: "updated", object: nadDefinition({ versions: ["v1", "v2"] }) });
    await pass(200);
    assert.deepEqual([told[1]?.removed[0]?.version, told[1]?.added[0]?.version], ["v1", "v2"]);
  });

  it("does not take a group's silence for the end of its resources", async (t) => {
    const down = serving("k8s.cni.cncf.io", (item) => ({ ...item, versions: [{ version: "v1", freshness: "Stale" }] }));
    const { told, replay, pass } = start(t, full);
    await settle();
    replay(down);
    await pass(60_000);
    assert.deepEqual(told[1]?.removed, []);
    assert.deepEqual(told[1]?.failedGroups, ["k8s.cni.cncf.io", "metrics.example.com"]);
  });

  it("follows API services: one that comes up is asked for until it tells its resources", async (t) => {
    const { told, replay, changed, pass } = start(t, full);
    await settle();
    const up = {
      resource: "gauges",
      responseKind: { group: "metrics.example.com", version: "v1beta1", kind: "Gauge" },
      verbs: ["get"],
    };
    await changed(apiServiceResource, { type: "updated", object: metricsService(true) });
    await pass(200);
    assert.equal(told.length, 1);
    replay(
      serving("metrics.example.com", (item) => ({ ...item, versions: [{ version: "v1beta1", resources: [up] }] })),
    );
    await pass(250);
    assert.deepEqual(names(told[1]?.added ?? []), ["gauges.metrics.example.com"]);
    assert.deepEqual(told[1]?.failedGroups, []);
  });

  it("asks again when an API service that never answered is taken away", async (t) => {
    const { told, replay, changed, pass } = start(t, full);
    await settle();
    replay(serving("metrics.example.com", () => undefined));
    await changed(apiServiceResource, { type: "deleted", object: metricsService(false), finalState: "known" });
    await pass(200);
    assert.deepEqual(told[1]?.failedGroups, []);
  });

  it("polls where definitions may not be followed", async (t) => {
    const healthy = serving("metrics.example.com", () => undefined);
    const { asked, tell, pass } = start(t, healthy);
    await settle();
    await pass(60_000);
    assert.equal(asked.length, 2);
    await tell(crdResource, { type: "status", status: "forbidden", reason: "not allowed" });
    await pass(540_000);
    assert.equal(asked.length, 4, "the ordinary question after ten minutes");
    await pass(60_000);
    assert.equal(asked.length, 6, "and now every minute");
  });

  it("comes through failures of discovery", async (t) => {
    const { told, replay, pass } = start(t, { "/apis": failure("HEDDLE_CLUSTER_UNREACHABLE") });
    await pass(250);
    assert.equal(told.length, 0);
    replay(full);
    await pass(500);
    assert.equal(told.length, 1);
  });

  it("ends its followers when it is read no more", async () => {
    const clock = createManualClock();
    const signals: AbortSignal[] = [];
    const follow: Cluster["follow"] = (_resource, { signal }) => {
      signals.push(signal);
      const queue = createQueue<FollowEvent>(1);
      signal.addEventListener("abort", () => queue.close());
      return queue;
    };
    const discovery = createDiscovery({ api: createRecordedApi(full).api, clock });
    const { signal } = new AbortController();
    for await (const _ of createDiscoveryRefresher({ discovery, follow, clock }).watch(signal)) break;
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
    );
  });

  it("ends with its signal, its followers with it", async (t) => {
    const { stop, ended, queues, clock } = start(t, full);
    await settle();
    assert.equal(queues.size, 2);
    stop.abort();
    await ended;
    assert.equal(clock.pending(), 0);
    assert.equal(
      await queues.get("apiservices.apiregistration.k8s.io")?.push({ type: "progress", resourceVersion: "1" }),
      false,
    );
  });
});
