import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../base/index.ts";
import { changeEventOf, type EventRecord } from "../events/index.ts";
import { type KindState } from "../inventory/index.ts";
import { parseClusterId, type Resource } from "../model/index.ts";
import { createChangeFilter } from "./change-filter.ts";
import { podResource } from "./testing/filled-store.ts";

const cluster = parseClusterId("east");
const deployments: Resource = {
  ...podResource,
  group: "apps",
  kind: "Deployment",
  plural: "deployments",
  singular: "deployment",
  shortNames: ["deploy"],
};
const widgets: Resource = {
  ...podResource,
  group: "example.org",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  shortNames: ["wd"],
};

function recordOf(resource: Resource): EventRecord {
  const metadata = { name: '"subject":"core/nodes/n"', namespace: "default", uid: "u", resourceVersion: "1" };
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  const change = { type: "created", object: { apiVersion, kind: resource.kind, metadata } } as const;
  const event = changeEventOf({ cluster, resource, change }, createManualClock());
  return { ...event, sequence: 1, text: event.text(1) };
}

/** A filter by these words over a store that holds the kinds, and may hold others later. */
function filterOf(words: readonly string[], ...held: readonly Resource[]) {
  const holds = [...held];
  const store = { kinds: () => holds.map((resource) => ({ resource }) as KindState) };
  const isAskedFor = createChangeFilter({ kinds: words }, store);
  return { holds, told: (resource: Resource): boolean => isAskedFor(recordOf(resource)) };
}

describe("a filter of changes by kind", () => {
  it("knows a kind that is not held, as none is right after a restart, by its own and its usual names", () => {
    for (const word of ["po", "pod", "pods", "Pod", "all"]) assert.ok(filterOf([word]).told(podResource), word);
    for (const word of ["deploy", "deployments", "deployments.apps", "deployment.apps"])
      assert.ok(filterOf([word]).told(deployments), word);
    for (const word of ["widget", "widgets", "widgets.example.org"]) assert.ok(filterOf([word]).told(widgets), word);
    for (const word of ["no", "nodes", "deploy", "pods.apps"]) assert.ok(!filterOf([word]).told(podResource), word);
  });

  it("knows it by all its names once it is held", () => {
    const { holds, told } = filterOf(["wd"], podResource);
    assert.ok(!told(widgets));
    holds.push(widgets);
    assert.ok(told(widgets));
    assert.ok(!told(podResource));
  });
});
