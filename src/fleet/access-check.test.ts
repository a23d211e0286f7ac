import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JsonObject, type Resource } from "../model/index.ts";
import { isGranted } from "./access-check.ts";

const resource = (plural: string, group = ""): Resource => ({
  group,
  version: "v1",
  kind: plural,
  plural,
  singular: plural,
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
});

describe("isGranted", () => {
  const rules: readonly JsonObject[] = [
    { verbs: ["list", "watch"], apiGroups: [""], resources: ["pods", "pods/log"] },
    { verbs: ["*"], apiGroups: ["apps"], resources: ["*"] },
    { verbs: ["list"], apiGroups: ["*"], resources: ["leases"] },
    { verbs: ["list"], apiGroups: [""], resources: ["secrets"], resourceNames: ["one"] },
    { verbs: ["get"] },
  ];
  const table: readonly (readonly [string, string, Resource, boolean])[] = [
    ["a rule that names verb, group and resource", "watch", resource("pods"), true],
    ["wildcards for verb and resource", "list", resource("deployments", "apps"), true],
    ["a wildcard for the group", "list", resource("leases", "coordination.k8s.io"), true],
    ["no other verb", "watch", resource("leases", "coordination.k8s.io"), false],
    ["no other group", "list", resource("pods", "metrics.k8s.io"), false],
    ["no subresource for its resource", "list", resource("log"), false],
    ["no rule for single objects", "list", resource("secrets"), false],
  ];
  for (const [what, verb, asked, expected] of table)
    it(`takes ${what}`, () => assert.equal(isGranted(rules, asked, verb), expected));
});
