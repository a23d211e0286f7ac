import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { createManualClock } from "../../base/index.ts";
import { type KubeObject, parseClusterId, splitApiVersion } from "../../model/index.ts";
import { type ObjectName, type Store } from "../model.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { type DescribedRelation, describeRelations } from "./describe.ts";
import { type RelationsQuery } from "./model.ts";

const shop = parseClusterId("shop");
const objects = parseAllDocuments(readFileSync(new URL("testdata/world/shop.yaml", import.meta.url), "utf8")).map(
  (document) => document.toJS() as KubeObject,
);

function filled(all: readonly KubeObject[]): Store {
  const store = createStore({ clock: createManualClock() });
  for (const object of all)
    store.apply(shop, resourceOf(object.apiVersion, object.kind), [{ type: "created", object }]);
  return store;
}

const store = filled(objects);
/** "Pod/web-1": the only one of that kind and name in the world. */
function named(name: string): ObjectName {
  const found = objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === name);
  if (found === undefined) throw new Error(`there is no ${name} in shop.yaml`);
  const { namespace } = found.metadata;
  const { group } = splitApiVersion(found.apiVersion);
  return { cluster: shop, group, kind: found.kind, name: found.metadata.name, ...(namespace && { namespace }) };
}

const line = (relation: DescribedRelation): string => {
  const to =
    "to" in relation
      ? `${relation.to.kind}/${relation.to.name}`
      : `missing ${relation.missing.kind}/${relation.missing.name}`;
  return `${relation.from.kind}/${relation.from.name} ${relation.type} ${to}`;
};
const describedOf = (name: string, query: RelationsQuery = {}): readonly DescribedRelation[] =>
  describeRelations(store, named(name), query)?.relations ?? [];

/** Every relation that there is, at least once: what it is, and why. */
const world: Readonly<Record<string, string>> = {
  "Pod/web-1 owned_by ReplicaSet/web-5d4": 'metadata.ownerReferences[0] names ReplicaSet "web-5d4"',
  "Deployment/web manages Pod/web-1": 'Deployment "web" owns ReplicaSet "web-5d4", which owns Pod "web-1"',
  "CronJob/nightly manages Pod/nightly-1-x": 'CronJob "nightly" owns Job "nightly-1", which owns Pod "nightly-1-x"',
  "Pod/web-1 runs_on Node/node1": 'spec.nodeName names Node "node1"',
  "Pod/web-1 uses ConfigMap/settings":
    'spec.containers[0].envFrom[0].configMapRef.name, spec.volumes[0].configMap.name name ConfigMap "settings"',
  "Pod/web-1 uses Secret/pull": 'spec.imagePullSecrets[0].name names Secret "pull"',
  "Pod/web-1 uses PersistentVolumeClaim/data":
    'spec.volumes[1].persistentVolumeClaim.claimName names PersistentVolumeClaim "data"',
  "Pod/web-1 uses ServiceAccount/web": 'spec.serviceAccountName names ServiceAccount "web"',
  "Pod/web-1 uses PriorityClass/high": 'spec.priorityClassName names PriorityClass "high"',
  "Pod/web-1 uses RuntimeClass/kata": 'spec.runtimeClassName names RuntimeClass "kata"',
  "PersistentVolumeClaim/data bound_to PersistentVolume/pv1": 'spec.volumeName names PersistentVolume "pv1"',
  "PersistentVolume/pv1 bound_to PersistentVolumeClaim/data": 'spec.claimRef.name names PersistentVolumeClaim "data"',
  "PersistentVolume/pv1 bound_to StorageClass/fast": 'spec.storageClassName names StorageClass "fast"',
  "Service/web selects Pod/web-1": 'spec.selector app=web matches the labels of Pod "web-1": app=web',
  "NetworkPolicy/deny selects Pod/web-1": "spec.podSelector is empty: it selects every pod of its namespace",
  "PodDisruptionBudget/web selects Pod/web-1":
    'spec.selector app in (api,web),!canary matches the labels of Pod "web-1": app=web',
  "Ingress/web routes_to Service/web": 'spec.rules[0].http.paths[0].backend.service.name names Service "web"',
  "HTTPRoute/web routes_to Service/web": 'spec.rules[0].backendRefs[0].name names Service "web"',
  "Service/web routes_to EndpointSlice/web-x": 'the label kubernetes.io/service-name of EndpointSlice "web-x" is "web"',
  "EndpointSlice/web-x routes_to Pod/web-1": 'endpoints[0].targetRef.name names Pod "web-1"',
  "HorizontalPodAutoscaler/web scales Deployment/web": 'spec.scaleTargetRef.name names Deployment "web"',
  "RoleBinding/readers binds Role/reader": 'roleRef.name names Role "reader"',
  "RoleBinding/readers binds ServiceAccount/web": 'subjects[0].name names ServiceAccount "web"',
  "Pod/web-1 attached_to NetworkAttachmentDefinition/red":
    'metadata.annotations["k8s.v1.cni.cncf.io/networks"] names NetworkAttachmentDefinition "red"',
  "Pod/web-1 in_namespace Namespace/shop": 'metadata.namespace names Namespace "shop"',
  "NetworkAttachmentDefinition/red instance_of CustomResourceDefinition/networkattachmentdefinitions.k8s.cni.cncf.io":
    'CustomResourceDefinition "networkattachmentdefinitions.k8s.cni.cncf.io" makes the kind NetworkAttachmentDefinition',
};

describe("every relation", () => {
  for (const [relation, because] of Object.entries(world)) {
    it(`is known from both ends, and why: ${relation}`, () => {
      const [from = "", , to = ""] = relation.split(" ");
      for (const end of [from, to]) {
        const found = describedOf(end).filter((described) => line(described) === relation);
        assert.deepEqual(
          found.map((described) => described.because),
          [because],
          `from ${end}`,
        );
      }
    });
  }

  it("is written down in docs/relations.md", () => {
    const page = readFileSync(new URL("../../../docs/relations.md", import.meta.url), "utf8");
    for (const type of new Set(Object.keys(world).map((relation) => relation.split(" ")[1] ?? "")))
      assert.ok(page.includes(`| \`${type}\``), type);
  });
});

describe("described relations", () => {
  it("tell the attributes of each end, once for each object, and which end is missing", () => {
    const found = describedOf("Pod/web-1", { types: ["uses", "runs_on"] });
    assert.ok(found.every(({ from }) => from.attributes["status"] === "Running"));
    const node = found.find(({ type }) => type === "runs_on");
    assert.equal(node !== undefined && "to" in node && node.to.attributes["status"], "Ready");
    const missing = found.filter((relation) => "missing" in relation).map(line);
    assert.deepEqual(missing, ["Pod/web-1 uses missing Secret/gone"]);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  });

  it("are none of an object that is not there", () => {
    assert.equal(describeRelations(store, { ...named("Pod/web-1"), name: "none" }), undefined);
  });

  it("are not kept where nobody wants them, and asking for them says so", () => {
    const without = createStore({ clock: createManualClock() }, { relations: false });
    for (const object of objects)
      without.apply(shop, resourceOf(object.apiVersion, object.kind), [{ type: "created", object }]);
    assert.throws(() => without.relations(named("Pod/web-1")), /enable_relationships/);
    assert.equal(without.get(named("Pod/web-1"))?.ref.name, "web-1");
  });

  it("as a tree: what is owned both ways, everything else only further", () => {
    const types = ["owned_by", "uses", "selects", "routes_to", "scales", "bound_to"] as const;
    const lines = describedOf("Deployment/web", { direction: "tree", depth: 9, types }).map(line);
    assert.deepEqual(lines.toSorted(), [
      "EndpointSlice/web-x routes_to Pod/web-1",
      "HTTPRoute/web routes_to Service/web",
      "HorizontalPodAutoscaler/web scales Deployment/web",
      "Ingress/web routes_to Service/web",
      "NetworkPolicy/deny selects Pod/web-1",
      "PersistentVolume/pv1 bound_to PersistentVolumeClaim/data",
      "PersistentVolume/pv1 bound_to StorageClass/fast",
      "PersistentVolumeClaim/data bound_to PersistentVolume/pv1",
      "Pod/web-1 owned_by ReplicaSet/web-5d4",
      "Pod/web-1 uses ConfigMap/settings",
      "Pod/web-1 uses PersistentVolumeClaim/data",
      "Pod/web-1 uses PriorityClass/high",
      "Pod/web-1 uses RuntimeClass/kata",
      "Pod/web-1 uses Secret/pull",
      "Pod/web-1 uses ServiceAccount/web",
      "Pod/web-1 uses missing Secret/gone",
      "PodDisruptionBudget/web selects Pod/web-1",
      "ReplicaSet/web-5d4 owned_by Deployment/web",
      "Service/web routes_to EndpointSlice/web-x",
      "Service/web selects Pod/web-1",
    ]);
  });
});
