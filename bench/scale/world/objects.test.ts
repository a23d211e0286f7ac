import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubeObject } from "../../../src/model/index.ts";
import { clusterObjects, podAt, shards } from "./objects.ts";

const all = clusterObjects(3, { pods: 1_000, extraKinds: 2 });
const of = (kind: string): readonly KubeObject[] => all.filter((object) => object.kind === kind);
const pods = of("Pod");

describe("the objects of a cluster of the bench", () => {
  it("are as many as asked for, each under its own name", () => {
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
    assert.equal(new Set(names).size, all.length);
    assert.equal(pods.length, 1_000);
    assert.deepEqual([of("CustomResourceDefinition").length, of("Gadget1").length], [2, 1]);
  });

  it("have pods where podAt says", () => {
    for (const [index, { metadata }] of pods.entries()) {
      const { namespace, name } = podAt(index);
      assert.deepEqual([metadata.namespace, metadata.name], [namespace, name]);
    }
  });

  it("belong together: pods to replica sets, those to deployments, pods to nodes and services", () => {
    const uids = new Set(all.map(({ metadata }) => metadata.uid));
    const owned = [...pods, ...of("ReplicaSet")];
    for (const { metadata } of owned) assert.ok(uids.has(metadata.ownerReferences?.[0]?.uid), metadata.name);
    const nodes = new Set(of("Node").map(({ metadata }) => metadata.name));
    const selected = new Set(of("Service").map(({ metadata }) => `${metadata.namespace} ${metadata.name}`));
    for (const { metadata, spec } of pods) {
      assert.ok(nodes.has((spec as Readonly<{ nodeName: string }>).nodeName));
      assert.ok(selected.has(`${metadata.namespace} ${metadata.labels?.["app"]}`));
    }
  });

  it("are selected a tenth each by the label shard", () => {
    const byShard = Map.groupBy(pods, ({ metadata }) => metadata.labels?.["shard"]);
    assert.equal(byShard.size, shards);
    for (const found of byShard.values()) assert.equal(found.length, pods.length / shards);
  });

  it("differ where pods of a real cluster do, and are the same for the same seed", () => {
    const ids = new Set(JSON.stringify(pods).match(/containerd:\/\/[0-9a-f]{64}/g));
    assert.equal(ids.size, 2 * pods.length);
    assert.deepEqual(clusterObjects(3, { pods: 1_000, extraKinds: 2 }), all);
    assert.notDeepEqual(clusterObjects(4, { pods: 1_000, extraKinds: 2 }), all);
  });
});
