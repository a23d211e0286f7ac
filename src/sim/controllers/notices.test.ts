import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type KubeObject } from "../../model/index.ts";
import { createEventWriter } from "./event-writer.ts";
import { noticesOf, type Seen } from "./notices.ts";
import { nowMs, objectOf, ownedBy, told, viewOf } from "./testing/view.ts";

const pod = (status: JsonObject, more: JsonObject = {}, metadata: JsonObject = {}): KubeObject =>
  objectOf("Pod", "web-1", {
    metadata: { ...ownedBy("ReplicaSet", "web"), ...metadata },
    spec: { containers: [{ name: "web", image: "web:1" }], ...more },
    status,
  });
const node = (status: string): KubeObject =>
  objectOf("Node", "one", { status: { conditions: [{ type: "Ready", status }] } });
const set = (replicas: number): KubeObject =>
  objectOf("ReplicaSet", "web-a", { metadata: ownedBy("Deployment", "web"), spec: { replicas } });
const restarted = (restartCount: number): KubeObject =>
  pod({ phase: "Running", containerStatuses: [{ name: "web", restartCount }] }, { nodeName: "one" });
const job = (status: JsonObject): KubeObject => objectOf("Job", "report", { status });

const said = (collection: string, before: Seen["before"], after: Seen["after"]): readonly string[] =>
  noticesOf({ collection, before, after }).map(
    ({ about, type, reason, message }) => `${about.kind}/${about.name} ${type} ${reason}: ${message}`,
  );

const bound = { nodeName: "one" };
const ending = { deletionTimestamp: "2026-01-01T00:00:00Z" };

describe("what is told of a change", () => {
  const rows: readonly (readonly [string, string, Seen["before"], Seen["after"], readonly string[]])[] = [
    ["a pod that is made", "pods", undefined, pod({}), ["ReplicaSet/web Normal SuccessfulCreate: Created pod: web-1"]],
    [
      "a pod that is bound",
      "pods",
      pod({ phase: "Pending" }),
      pod({ phase: "Pending" }, bound),
      ["Pod/web-1 Normal Scheduled: Successfully assigned shop/web-1 to one"],
    ],
    [
      "a pod that starts",
      "pods",
      pod({ phase: "Pending" }, bound),
      pod({ phase: "Running" }, bound),
      [
        'Pod/web-1 Normal Pulled: Container image "web:1" already present on machine',
        "Pod/web-1 Normal Created: Created container: web",
        "Pod/web-1 Normal Started: Started container web",
      ],
    ],
    [
      "a container that crashes",
      "pods",
      restarted(0),
      restarted(1),
      ["Pod/web-1 Warning BackOff: Back-off restarting failed container web in pod shop/web-1"],
    ],
    [
      "a pod that is to end",
      "pods",
      pod({ phase: "Running" }, bound),
      pod({ phase: "Running" }, bound, ending),
      [
        "ReplicaSet/web Normal SuccessfulDelete: Deleted pod: web-1",
        "Pod/web-1 Normal Killing: Stopping container web",
      ],
    ],
    ["a pod that is gone", "pods", pod({}, bound, ending), undefined, []],
    [
      "a replica set that grows",
      "replicasets.apps",
      set(1),
      set(3),
      ["Deployment/web Normal ScalingReplicaSet: Scaled up replica set web-a from 1 to 3"],
    ],
    [
      "a node that is lost",
      "nodes",
      node("True"),
      node("Unknown"),
      ["Node/one Warning NodeNotReady: Node one status is now: NodeNotReady"],
    ],
    ["a node that is as it was", "nodes", node("True"), node("True"), []],
    [
      "a job that is done",
      "jobs.batch",
      job({}),
      job({ completionTime: "now" }),
      ["Job/report Normal Completed: Job completed"],
    ],
    ["anything else", "configmaps", undefined, objectOf("ConfigMap", "a"), []],
  ];
  for (const [what, collection, before, after, expected] of rows)
    it(what, () => assert.deepEqual(said(collection, before, after), expected));
});

describe("Events", () => {
  const [notice] = noticesOf({ collection: "nodes", before: node("True"), after: node("False") });
  assert.ok(notice);

  it("are written where the object is, those of cluster-wide ones in default, and counted when repeated", () => {
    const writer = createEventWriter();
    const [create] = writer.intents(notice, viewOf());
    assert.ok(create !== undefined && "object" in create);
    assert.deepEqual(
      [create.type, create.object.metadata.namespace, create.object["involvedObject"], create.object["count"]],
      ["create", "default", { apiVersion: "apps/v1", kind: "Node", name: "one", uid: "Node one" }, 1],
    );
    const [update] = writer.intents(notice, viewOf({ collection: "events", object: create.object }));
    assert.ok(update !== undefined && "object" in update);
    assert.deepEqual([update.type, update.object["count"]], ["update", 2]);
  });

  it("are taken away after an hour", () => {
    const writer = createEventWriter();
    writer.intents(notice, viewOf());
    const later = { ...viewOf(), nowMs: nowMs + 3_600_000 };
    assert.deepEqual(told(writer.intents({ ...notice, message: "another" }, later)), [
      "delete events one.0000000000000001",
      "create events one.0000000000000002",
    ]);
  });
});
