import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { type JsonValue, jsonAt, type KubeObject } from "../../model/index.ts";
import { type Reference } from "./model.ts";
import { referencesOf } from "./references.ts";

const folder = new URL("testdata/", import.meta.url);
const read = (name: string): KubeObject => parse(readFileSync(new URL(`${name}.yaml`, folder), "utf8")) as KubeObject;

const inShop = "in_namespace /Namespace shop";
const rbac = "rbac.authorization.k8s.io";
const network = "attached_to k8s.cni.cncf.io/NetworkAttachmentDefinition";

const cases: Readonly<Record<string, readonly string[]>> = {
  "pod-full": [
    "owned_by apps/ReplicaSet web u1",
    inShop,
    "runs_on /Node node-1",
    "uses /ServiceAccount shop/web",
    "uses scheduling.k8s.io/PriorityClass high",
    "uses node.k8s.io/RuntimeClass kata",
    "uses /Secret shop/pull",
    "uses /Secret shop/init-secret",
    "uses /ConfigMap shop/env-all",
    "uses /ConfigMap shop/env-one",
    "uses /Secret shop/env-secret",
    "uses /ConfigMap shop/files",
    "uses /Secret shop/certs",
    "uses /PersistentVolumeClaim shop/data",
    "uses /PersistentVolumeClaim shop/web-1-scratch",
    "uses /ConfigMap shop/ca",
    "uses /Secret shop/token",
    "uses /Secret shop/csi-secret",
    `${network} shop/red`,
    `${network} lab/blue`,
  ],
  "pod-attached": [inShop, `${network} shop/red`, `${network} lab/blue`],
  "pod-attached-wrongly": [inShop],
  "persistent-volume-claim-bound": [
    inShop,
    "bound_to /PersistentVolume pv-1",
    "bound_to storage.k8s.io/StorageClass fast",
  ],
  "persistent-volume-bound": ["bound_to /PersistentVolumeClaim shop/data", "bound_to storage.k8s.io/StorageClass fast"],
  "persistent-volume-available": [],
  "ingress-rules": [inShop, "routes_to /Service shop/fallback", "routes_to /Service shop/web"],
  "http-route-backends": [inShop, "routes_to /Service shop/web", "routes_to /Service back/api"],
  "endpoint-slice-pods": [inShop, "routes_to /Pod shop/web-1"],
  "role-binding-subjects": [
    inShop,
    `binds ${rbac}/Role shop/reader`,
    "binds /ServiceAccount shop/web",
    "binds /ServiceAccount ops/bot",
    `binds ${rbac}/User ann`,
  ],
  "cluster-role-binding-group": [`binds ${rbac}/ClusterRole admin`, `binds ${rbac}/Group admins`],
  "horizontal-pod-autoscaler-deployment": [inShop, "scales apps/Deployment shop/web"],
  "cup-plain": [inShop],
};

const line = ({ type, to }: Reference): string => {
  const name = to.namespace === undefined ? to.name : `${to.namespace}/${to.name}`;
  return `${type} ${to.group}/${to.kind} ${name}${to.uid === undefined ? "" : ` ${to.uid}`}`;
};

describe("the relations that an object's own fields state", () => {
  for (const [name, expected] of Object.entries(cases)) {
    it(`are known of ${name}`, () => assert.deepEqual(referencesOf(read(name)).map(line), expected));
  }

  it("have a case for each file of testdata", () => {
    const files = readdirSync(folder).flatMap((file) => (file.endsWith(".yaml") ? [file.replace(/\.yaml$/, "")] : []));
    assert.deepEqual(files.toSorted(), Object.keys(cases).toSorted());
  });

  it("tell the field that states them, which exists in the object", () => {
    for (const name of Object.keys(cases)) {
      const object = read(name);
      for (const { field } of referencesOf(object)) {
        const steps = [...field.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
          index === undefined ? (quoted ?? key ?? "") : Number(index),
        );
        assert.notEqual(jsonAt(object as JsonValue, ...steps), undefined, `${name}: ${field}`);
      }
    }
  });

  it("are none where fields are missing or of other types than they should be", () => {
    for (const spec of [null, 3, [], { volumes: 3, containers: [null, { env: "x" }] }, { nodeName: 3 }])
      assert.deepEqual(referencesOf({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec }), []);
  });
});
