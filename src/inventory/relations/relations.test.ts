import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { type Change, type KubeObject, parseClusterId, splitApiVersion } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { type RelationsQuery } from "./model.ts";

const prod = parseClusterId("prod");

type Parts = Readonly<{
  name: string;
  metadata?: object;
  spec?: object;
  roleRef?: object;
  endpoints?: readonly object[];
}>;

const make = (apiVersion: string, kind: string, { name, ...parts }: Parts): KubeObject =>
  ({
    apiVersion,
    kind,
    ...parts,
    metadata: {
      name,
      uid: `uid-${kind}-${name}`,
      ...(resourceOf(apiVersion, kind).namespaced ? { namespace: "shop" } : {}),
      ...parts.metadata,
    },
  }) as KubeObject;
const ownedBy = (apiVersion: string, kind: string, name: string): object => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `uid-${kind}-${name}` }],
});
const write = (store: Store, object: KubeObject, type: Change["type"] = "updated"): void => {
  const change: Change = type === "deleted" ? { type, object, finalState: "known" } : { type, object };
  store.apply(prod, resourceOf(object.apiVersion, object.kind), [change]);
};

const world: readonly KubeObject[] = [
  make("v1", "Namespace", { name: "shop" }),
  make("v1", "Node", { name: "n1" }),
  make("apps/v1", "Deployment", { name: "web" }),
  make("apps/v1", "ReplicaSet", { name: "web-1", metadata: ownedBy("apps/v1", "Deployment", "web") }),
  make("v1", "Pod", {
    name: "web-1-a",
    metadata: { ...ownedBy("apps/v1", "ReplicaSet", "web-1"), labels: { app: "web" } },
    spec: { nodeName: "n1", volumes: [{ name: "v", configMap: { name: "conf" } }] },
  }),
  make("v1", "Pod", { name: "other", metadata: { labels: { app: "other" } } }),
  make("v1", "Pod", { name: "far", metadata: { namespace: "away", labels: { app: "web" } } }),
  make("v1", "Service", { name: "web", spec: { selector: { app: "web" } } }),
  make("v1", "Service", { name: "bare", spec: {} }),
  make("networking.k8s.io/v1", "NetworkPolicy", { name: "all", spec: { podSelector: {} } }),
  make("policy/v1", "PodDisruptionBudget", {
    name: "web",
    spec: { selector: { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] } },
  }),
  make("apiextensions.k8s.io/v1", "CustomResourceDefinition", { name: "cups.example.test" }),
  make("example.test/v1", "Cup", { name: "red" }),
];

const filled = (objects: readonly KubeObject[]): Store => {
  const store = createStore({ clock: createManualClock() });
  for (const object of objects) write(store, object);
  return store;
};

function relationsOf(store: Store, object: KubeObject, query: RelationsQuery = {}): readonly string[] {
  const { namespace } = object.metadata;
  const name = { name: object.metadata.name, ...(namespace === undefined ? {} : { namespace }) };
  const found = store.relations(
    { cluster: prod, ...splitApiVersion(object.apiVersion), kind: object.kind, ...name },
    query,
  );
  return (found?.relations ?? [])
    .map((relation) => {
      const to =
        "to" in relation
          ? `${relation.to.kind}/${relation.to.name}`
          : `?${relation.missing.kind}/${relation.missing.name}`;
      return `${relation.from.kind}/${relation.from.name} ${relation.type} ${to}`;
    })
    .toSorted();
}

const find = (kind: string, name: string): KubeObject =>
  world.find((object) => object.kind === kind && object.metadata.name === name) as KubeObject;

describe("relations", () => {
  it("are told from a pod's end: named, selecting, owning and managing, with the missing one as missing", () => {
    assert.deepEqual(relationsOf(filled(world), find("Pod", "web-1-a")), [
      "Deployment/web manages Pod/web-1-a",
      "NetworkPolicy/all selects Pod/web-1-a",
      "Pod/web-1-a in_namespace Namespace/shop",
      "Pod/web-1-a owned_by ReplicaSet/web-1",
      "Pod/web-1-a runs_on Node/n1",
      "Pod/web-1-a uses ?ConfigMap/conf",
      "PodDisruptionBudget/web selects Pod/web-1-a",
      "Service/web selects Pod/web-1-a",
    ]);
  });

  it("are told of an object that is not there: who names it, and who needs those", () => {
    const conf = make("v1", "ConfigMap", { name: "conf" });
    assert.deepEqual(relationsOf(filled(world), conf), ["Pod/web-1-a uses ?ConfigMap/conf"]);
    const further = relationsOf(filled(world), conf, { depth: 2, direction: "tree", types: ["uses", "selects"] });
    assert.deepEqual(further, [
      "NetworkPolicy/all selects Pod/web-1-a",
      "Pod/web-1-a uses ?ConfigMap/conf",
      "PodDisruptionBudget/web selects Pod/web-1-a",
      "Service/web selects Pod/web-1-a",
    ]);
    const both = relationsOf(filled(world), conf, { depth: 2, types: ["uses"] });
    assert.deepEqual(both, ["Pod/web-1-a uses ?ConfigMap/conf"], "once");
    const unnamed = { cluster: prod, group: "", kind: "ConfigMap", namespace: "shop", name: "other" };
    assert.equal(filled(world).relations(unnamed), undefined);
  });

  it("are told from the other ends alike", () => {
    const store = filled(world);
    const types = { direction: "out", types: ["selects", "manages"] } as const;
    assert.deepEqual(relationsOf(store, find("Service", "web"), types), ["Service/web selects Pod/web-1-a"]);
    assert.deepEqual(relationsOf(store, find("Service", "bare"), types), []);
    assert.deepEqual(relationsOf(store, find("NetworkPolicy", "all"), types), [
      "NetworkPolicy/all selects Pod/other",
      "NetworkPolicy/all selects Pod/web-1-a",
    ]);
    assert.deepEqual(relationsOf(store, find("Deployment", "web"), types), ["Deployment/web manages Pod/web-1-a"]);
    assert.deepEqual(relationsOf(store, find("Node", "n1")), ["Pod/web-1-a runs_on Node/n1"]);
    assert.deepEqual(relationsOf(store, find("CustomResourceDefinition", "cups.example.test")), [
      "Cup/red instance_of CustomResourceDefinition/cups.example.test",
    ]);
  });

  it("resolve when the missing end comes, and are missing again when it goes", () => {
    const store = filled(world);
    const config = make("v1", "ConfigMap", { name: "conf" });
    const uses = (): readonly string[] => relationsOf(store, find("Pod", "web-1-a"), { types: ["uses"] });
    write(store, config);
    assert.deepEqual(uses(), ["Pod/web-1-a uses ConfigMap/conf"]);
    assert.deepEqual(relationsOf(store, config, { types: ["uses"] }), ["Pod/web-1-a uses ConfigMap/conf"]);
    write(store, config, "deleted");
    assert.deepEqual(uses(), ["Pod/web-1-a uses ?ConfigMap/conf"]);
  });

  it("are followed as deep as asked and no deeper, once each, through cycles", () => {
    const cycle = [
      make("example.test/v1", "Cup", { name: "a", metadata: ownedBy("example.test/v1", "Cup", "b") }),
      make("example.test/v1", "Cup", { name: "b", metadata: ownedBy("example.test/v1", "Cup", "c") }),
      make("example.test/v1", "Cup", { name: "c", metadata: ownedBy("example.test/v1", "Cup", "a") }),
    ];
    const query = { types: ["owned_by"], direction: "out" } as const;
    const owners = (depth: number): number =>
      relationsOf(filled(cycle), cycle[0] as KubeObject, { ...query, depth }).length;
    assert.deepEqual([1, 2, 3, 9].map(owners), [1, 2, 3, 3]);
  });

  it("stop at the limit and say so", () => {
    const found = filled(world).relations({ cluster: prod, group: "", kind: "Namespace", name: "shop" }, { limit: 3 });
    assert.deepEqual([found?.relations.length, found?.cut], [3, true]);
  });

  it("equal those computed afresh from what is there, after any changes", () => {
    const kept = world.filter(({ kind }) => kind !== "Pod");
    const pod = fc
      .record({
        name: fc.constantFrom("web-1-a", "b", "c"),
        app: fc.constantFrom("web", "other"),
        node: fc.constantFrom(undefined, "n1", "n2"),
        config: fc.constantFrom(undefined, "conf", "conf2"),
        owner: fc.constantFrom("web-1", "none"),
      })
      .map(({ name, app, node, config, owner }) =>
        make("v1", "Pod", {
          name,
          metadata: { ...ownedBy("apps/v1", "ReplicaSet", owner), labels: { app } },
          spec: {
            ...(node === undefined ? {} : { nodeName: node }),
            volumes: config === undefined ? [] : [{ name: "v", configMap: { name: config } }],
          },
        }),
      );
    const service = fc
      .record({ name: fc.constantFrom("web", "s2"), app: fc.constantFrom(undefined, "web", "other") })
      .map(({ name, app }) => make("v1", "Service", { name, spec: app === undefined ? {} : { selector: { app } } }));
    const other = fc.constantFrom(
      ...kept,
      make("v1", "ConfigMap", { name: "conf" }),
      make("v1", "Node", { name: "n2" }),
    );
    const step = fc.tuple(fc.oneof(pod, service, other), fc.constantFrom("updated" as const, "deleted" as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = filled(world);
        const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace} ${metadata.name}`;
        const final = new Map(world.map((object) => [nameOf(object), object]));
        for (const [object, type] of steps) {
          write(store, object, type);
          if (type === "deleted") final.delete(nameOf(object));
          else final.set(nameOf(object), object);
        }
        const fresh = filled([...final.values()]);
        for (const object of final.values())
          assert.deepEqual(relationsOf(store, object), relationsOf(fresh, object), nameOf(object));
      }),
      { numRuns: 100 },
    );
  });
});
