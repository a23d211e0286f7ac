import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { type Change, type ClusterId, parseClusterId } from "../model/index.ts";
import { liveBytes } from "../../test/live-memory.ts";
import { sized } from "../../test/size.ts";
import { type Store } from "./model.ts";
import { createStore } from "./store.ts";
import { resourceOf } from "./testing/resources.ts";

const pods = resourceOf("v1", "Pod");
const maps = resourceOf("v1", "ConfigMap");
const batch = 250;
/** Everything that a process may keep besides what the store gave back. */
const toleranceBytes = 10 * 2 ** 20;

function fill(store: Store, cluster: ClusterId, objects: number): void {
  for (let from = 0; from < objects; from += batch)
    for (const resource of [pods, maps])
      store.apply(
        cluster,
        resource,
        Array.from({ length: batch }, (_, index) => made(resource.kind, `${cluster}-${from + index}`)),
      );
}

const made = (kind: string, name: string): Change => ({
  type: "created",
  object: {
    apiVersion: "v1",
    kind,
    metadata: { name, namespace: `n${name.length}`, uid: `${kind}-${name}`, labels: { app: name, tier: "web" } },
    spec: { nodeName: "node1", volumes: [{ name: "v", configMap: { name } }] },
    data: { words: name.repeat(40) },
  },
});

describe("the memory of a store", () => {
  it("is what it was when clusters have come and gone", () => {
    const store = createStore({ clock: createManualClock() });
    const kept = parseClusterId("kept");
    const [rounds, objects] = [sized({ small: 5, full: 100 }), sized({ small: 2_000, full: 10_000 })];
    fill(store, kept, objects);
    // Once before it is measured: code is compiled, buffers to work in are made.
    fill(store, parseClusterId("first"), objects);
    const full = liveBytes();
    store.dropCluster(parseClusterId("first"));
    const before = liveBytes();
    const ofOne = full - before;
    assert.ok(ofOne > objects * 500, `a cluster takes memory: ${ofOne} bytes`);
    for (let round = 0; round < rounds; round++) {
      const id = parseClusterId(`cluster-${round}`);
      fill(store, id, objects);
      store.dropCluster(id);
    }
    const grown = liveBytes() - before;
    assert.ok(grown < Math.min(toleranceBytes, ofOne / 2), `${grown} bytes more than before, a cluster has ${ofOne}`);
    assert.equal(store.stats().length, 2);
  });

  it("does not hold what was dropped kind by kind", () => {
    const store = createStore({ clock: createManualClock() });
    const [id, objects] = [parseClusterId("prod"), sized({ small: 2_000, full: 50_000 })];
    const before = liveBytes();
    fill(store, id, objects);
    const full = liveBytes();
    store.dropKind(id, pods);
    store.dropKind(id, maps);
    const grown = liveBytes() - before;
    assert.ok(grown < (full - before) / 10, `${grown} of ${full - before} bytes are still held`);
  });
});
