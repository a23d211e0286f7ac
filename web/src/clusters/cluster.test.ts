import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Cluster, isMeant, sortClusters } from "./cluster.ts";

const cluster = (id: string, part: Partial<Cluster> = {}): Cluster => ({
  id,
  name: id,
  state: "Connected",
  reason: "",
  environment: null,
  region: null,
  server: "",
  version: null,
  nodes: null,
  nodesReady: null,
  namespaces: null,
  objects: 0,
  synced: true,
  lastSuccess: null,
  freshness: null,
  ...part,
});
const all = [
  cluster("b", { objects: 5 }),
  cluster("a", { state: "Failed" }),
  cluster("c", { objects: 9, region: "eu-west-1" }),
];
const ids = (clusters: readonly Cluster[]): string => clusters.map(({ id }) => id).join("");

describe("the table of clusters", () => {
  it("is sorted as asked, and by trouble first by state", () => {
    assert.equal(ids(sortClusters(all, "state", false)), "abc");
    assert.equal(ids(sortClusters(all, "objects", true)), "cba");
    assert.equal(ids(sortClusters(all, "nonsense", false)), "abc");
  });

  it("is narrowed by a part of name, region or state", () => {
    assert.equal(ids(all.filter((one) => isMeant(one, "EU-"))), "c");
    assert.equal(ids(all.filter((one) => isMeant(one, "fail"))), "a");
    assert.equal(ids(all.filter((one) => isMeant(one, ""))), "bac");
  });
});
