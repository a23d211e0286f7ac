import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { type Change, type KubeObject, parseClusterId, type Resource } from "../model/index.ts";
import { changeEventOf, syncEventOf } from "./change-event.ts";

const clock = createManualClock(Date.parse("2026-03-01T12:00:00Z"));
const cluster = parseClusterId("prod");
const deployments: Resource = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  singular: "deployment",
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
};
const nodes: Resource = { ...deployments, group: "", kind: "Node", plural: "nodes", namespaced: false };

const web: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default", uid: "u-1", resourceVersion: "7", labels: { app: "web" } },
  spec: { replicas: 2 },
};
const eventOf = (change: Change, resource = deployments) => changeEventOf({ cluster, resource, change }, clock);

describe("changeEventOf", () => {
  it("makes a CloudEvent 1.0 of a change", () => {
    const event = eventOf({ type: "updated", object: web });
    assert.deepEqual(JSON.parse(event.text(42)), {
      specversion: "1.0",
      id: "wKnQBE160seZzme-lm2CnP",
      source: "/clusters/prod",
      type: "kubernetes.resource.updated",
      subject: "apps/deployments/default/web",
      time: "2026-03-01T12:00:00.000Z",
      datacontenttype: "application/json",
      cluster: "prod",
      sequence: "42",
      data: web,
    });
  });

  it("keeps apart what filters ask for", () => {
    const { ref, labels, type } = eventOf({ type: "created", object: web });
    assert.deepEqual(ref, {
      cluster,
      group: "apps",
      version: "v1",
      kind: "Deployment",
      namespace: "default",
      name: "web",
      uid: "u-1",
    });
    assert.deepEqual(labels, { app: "web" });
    assert.equal(type, "kubernetes.resource.created");
  });

  it("gives the same id whenever the same is told again, and another for anything else", () => {
    const idOf = (type: "created" | "updated", version: string, uid = "u-1"): string =>
      eventOf({ type, object: { ...web, metadata: { ...web.metadata, resourceVersion: version, uid } } }).id;
    assert.equal(idOf("created", "7"), idOf("created", "7"));
    const ids = [idOf("created", "7"), idOf("updated", "7"), idOf("created", "8"), idOf("created", "7", "u-2")];
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id, /^[\w-]{22}$/);
  });

  it("tells whether the last state of a deleted object is known", () => {
    const event = eventOf({ type: "deleted", object: web, finalState: "unknown" });
    assert.equal(JSON.parse(event.text(1)).finalstate, "unknown");
  });

  it("names an object of the core group and of no namespace", () => {
    const object = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1", uid: "u-9" } };
    assert.equal(JSON.parse(eventOf({ type: "created", object }, nodes).text(1)).subject, "core/nodes/node-1");
  });

  it("tells objects apart that have no uid", () => {
    const named = (name: string) => eventOf({ type: "created", object: { ...web, metadata: { name } } }).id;
    assert.notEqual(named("a"), named("b"));
  });
});

describe("syncEventOf", () => {
  it("names the cluster and what its first sync found", () => {
    const summary = { kinds: 60, objects: 1200 };
    const event = syncEventOf({ cluster, uid: "u-kube-system", summary }, clock);
    const told = JSON.parse(event.text(9));
    assert.equal(told.type, "kubernetes.cluster.synced");
    assert.equal(told.subject, "prod");
    assert.deepEqual(told.data, summary);
    assert.equal(event.ref, undefined);
  });
});
