import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { graphOf } from "./graph.ts";
import { layOut } from "./graph-layout.ts";
import { type End, type Relation } from "./relations.ts";

const end = (path: string, health = "healthy"): End => ({
  id: `c/${path}`,
  exists: true,
  status: "x",
  reason: null,
  attributes: { health },
});
const relation = (source: End, type: string, target: End): Relation => ({
  type,
  because: `${type} it`,
  source,
  target,
});

const deployment = end("apps/Deployment/shop/api");
const replicaSet = end("apps/ReplicaSet/shop/api-1");
const pods = Array.from({ length: 9 }, (_, at) => end(`core/Pod/shop/api-1-${at}`, at === 8 ? "unhealthy" : "healthy"));
const nodes = [end("core/Node/n1"), end("core/Node/n2")];
const world: readonly Relation[] = [
  relation(replicaSet, "owned_by", deployment),
  ...pods.flatMap((pod, at) => [
    relation(pod, "owned_by", replicaSet),
    relation(deployment, "manages", pod),
    relation(pod, "runs_on", nodes[at % 2] ?? pod),
  ]),
  relation(deployment, "in_namespace", end("core/Namespace/shop")),
];

describe("the drawing of relations", () => {
  const graph = graphOf(deployment.id, world);
  const edge = (from: string, to: string) => graph.edges.find((one) => one.from === from && one.to === to);

  it("leads from owners to what they own", () => {
    assert.deepEqual(edge(deployment.id, replicaSet.id)?.types, ["owns"]);
    assert.equal(edge(replicaSet.id, deployment.id), undefined);
  });

  it("leaves out what the objects between say already, and the namespace of everything", () => {
    assert.ok(graph.edges.every(({ types }) => !types.includes("manages")));
    assert.ok(graph.nodes.every(({ kind }) => kind !== "Namespace"));
  });

  it("draws the first few that are alike, those in trouble first, and gathers the others, wherever they run", () => {
    const drawn = graph.nodes.filter(({ kind, more }) => kind === "Pod" && more === undefined);
    const gathered = graph.nodes.find(({ more }) => more !== undefined);
    assert.equal(drawn.length, 4);
    assert.ok(drawn.some(({ health }) => health === "unhealthy"));
    assert.equal(gathered?.more, 5);
    assert.equal(gathered.kind, "Pod");
    assert.equal(graph.edges.filter(({ to }) => to === gathered.id).length, 1);
    assert.equal(graph.edges.filter(({ from }) => from === gathered.id).length, 2);
  });

  it("draws several relations between two objects as one line with all their reasons", () => {
    const service = end("core/Service/shop/api");
    const slice = end("discovery.k8s.io/EndpointSlice/shop/api-x");
    const { edges } = graphOf(service.id, [
      relation(slice, "owned_by", service),
      relation(service, "routes_to", slice),
    ]);
    assert.equal(edges.length, 1);
    assert.deepEqual(edges[0]?.types, ["owns", "routes to"]);
    assert.deepEqual(edges[0]?.because, ["owned_by it", "routes_to it"]);
  });

  it("says what is missing, and shows an object that stands alone", () => {
    const missing = { ...end("core/ConfigMap/shop/gone"), exists: false, status: null, attributes: {} };
    const found = graphOf(deployment.id, [relation(deployment, "uses", missing)]).nodes.find(({ root }) => !root);
    assert.deepEqual([found?.status, found?.health], ["missing", "unhealthy"]);
    assert.deepEqual(
      graphOf(deployment.id, []).nodes.map(({ root }) => root),
      [true],
    );
  });

  it("has a place for every box, none on another, owners left of what they own", () => {
    const places = layOut(graph);
    assert.equal(places.size, graph.nodes.length);
    assert.equal(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size, graph.nodes.length);
    assert.ok((places.get(deployment.id)?.x ?? 0) < (places.get(replicaSet.id)?.x ?? 0));
  });
});
