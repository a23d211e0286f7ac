import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { type Resource, resourceName } from "../../model/index.ts";
import { sized } from "../../../test/size.ts";
import { chooseResources } from "./choose.ts";
import { type ServedGroups } from "./groups.ts";
import { loadGroups } from "./load.ts";
import { matchAmong, matchKind } from "./match.ts";
import { createRecordedApi, readRecording } from "./testing/recorded-api.ts";
import { resource, servedGroups } from "./testing/served-groups.ts";
import { unknownKind } from "./unknown-kind.ts";

const runs = { numRuns: sized({ small: 200, full: 5_000 }) };
const part = fc.constantFrom("", "po", "pods", "loom", "looms", "v1", "v2", "apps", "loom.io", "io", "é", "__proto__");
const anyWord = fc.oneof(
  fc.string(),
  fc.array(part, { maxLength: 4 }).map((parts) => parts.join(".")),
);
const words = (found: readonly Resource[]): readonly string[] =>
  found.map((resource) => `${resourceName(resource)} ${resource.version}`);

describe("matchKind, on what a real API server serves", () => {
  let groups: ServedGroups = [];
  before(async () => {
    groups = await loadGroups(createRecordedApi(readRecording("discovery-aggregated")).api);
  });
  const cases: readonly (readonly [word: string, found: string])[] = [
    ["pods", "pods v1"],
    ["pod", "pods v1"],
    ["po", "pods v1"],
    ["Pod", "pods v1"],
    ["PODS", "pods v1"],
    [" po ", "pods v1"],
    ["deployments.apps", "deployments.apps v1"],
    ["deploy.apps", "deployments.apps v1"],
    ["Deployment.apps", "deployments.apps v1"],
    ["deployments.v1.apps", "deployments.apps v1"],
    ["deploy.v1.apps", "deployments.apps v1"],
    ["Deployment.v1.apps", "deployments.apps v1"],
    ["deploy.app", "deployments.apps v1"],
    ["ing.networking", "ingresses.networking.k8s.io v1"],
    ["pods.v1.", "pods v1"],
    ["events", "events v1"],
    ["ev", "events v1"],
    ["event", "events v1"],
    ["events.events.k8s.io", "events.events.k8s.io v1"],
    ["ev.events", "events.events.k8s.io v1"],
    ["hpa", "horizontalpodautoscalers.autoscaling v2"],
    ["hpa.v1.autoscaling", "horizontalpodautoscalers.autoscaling v1"],
    ["gtw", "gateways.gateway.networking.k8s.io v1"],
    ["gateways.v1beta1.gateway.networking.k8s.io", "gateways.gateway.networking.k8s.io v1beta1"],
    ["net-attach-def", "network-attachment-definitions.k8s.cni.cncf.io v1"],
    ["NetworkAttachmentDefinition", "network-attachment-definitions.k8s.cni.cncf.io v1"],
    ["crd", "customresourcedefinitions.apiextensions.k8s.io v1"],
    ["netpol", "networkpolicies.networking.k8s.io v1"],
    ["endpoints", "endpoints v1"],
    ["ep", "endpoints v1"],
  ];
  for (const [word, found] of cases) {
    it(`finds ${JSON.stringify(word)}: ${found}`, () => assert.deepEqual(words(matchKind(groups, word)), [found]));
  }

  it("finds every resource of the category all", () => {
    assert.deepEqual(words(matchKind(groups, "all")), [
      "pods v1",
      "replicationcontrollers v1",
      "services v1",
      "daemonsets.apps v1",
      "deployments.apps v1",
      "replicasets.apps v1",
      "statefulsets.apps v1",
      "horizontalpodautoscalers.autoscaling v2",
      "cronjobs.batch v1",
      "jobs.batch v1",
    ]);
  });

  for (const word of [
    "",
    "  ",
    ".",
    "podz",
    "deploy.v2.apps",
    "deploy.batch",
    "pods.v2.",
    "pods/log",
    "deploy..apps",
  ]) {
    it(`finds nothing for ${JSON.stringify(word)}`, () => assert.deepEqual(matchKind(groups, word), []));
  }

  it("says the nearest word where it is near", () => {
    const told = (word: string, failedGroups: readonly string[] = []): string =>
      unknownKind(word, { resources: chooseResources(groups), failedGroups }).message;
    assert.match(told("podz"), /no kind "podz": did you mean "pods"\?/);
    assert.match(told("deploymnt"), /did you mean "deployment"\?/);
    assert.match(told("deployment.aps"), /did you mean "deployments\.apps"\?/);
    assert.match(told("xylophones"), /no kind "xylophones": `heddle api-resources` lists/);
    assert.match(told("nodemetrics", ["metrics.k8s.io"]), /not all groups answered \(metrics\.k8s\.io\)/);
  });
});

describe("matchKind, among groups that share names", () => {
  const groups: ServedGroups = [
    {
      name: "b.io",
      versions: [
        {
          version: "v1",
          freshness: "current",
          resources: [resource({ group: "b.io", plural: "looms", shortNames: ["po"] })],
        },
      ],
    },
    {
      name: "b.io.example",
      versions: [
        {
          version: "v1",
          freshness: "current",
          resources: [
            resource({ group: "b.io.example", plural: "looms" }),
            resource({ group: "b.io.example", plural: "po", kind: "Polygon" }),
            resource({ group: "b.io.example", plural: "wefts", kind: "Looms" }),
          ],
        },
      ],
    },
  ];

  it("lets the server's order decide", () => assert.deepEqual(words(matchKind(groups, "looms")), ["looms.b.io v1"]));

  it("prefers the whole group to one that begins so", () => {
    assert.deepEqual(words(matchKind(groups, "looms.b.io.example")), ["looms.b.io.example v1"]);
    assert.deepEqual(words(matchKind(groups, "looms.b.io")), ["looms.b.io v1"]);
    assert.deepEqual(words(matchKind(groups, "looms.b.io.ex")), ["looms.b.io.example v1"]);
  });

  it("prefers a name to another's short name or kind", () => {
    assert.deepEqual(words(matchKind(groups, "po")), ["po.b.io.example v1"]);
    assert.deepEqual(words(matchKind(groups, "po.b.io")), ["looms.b.io v1"]);
    assert.deepEqual(words(matchKind(groups, "polygon")), ["po.b.io.example v1"]);
  });
});

describe("matchKind, whatever is served", () => {
  it("finds every resource by plural.group, and in its version by plural.version.group, in any case", () => {
    fc.assert(
      fc.property(servedGroups, fc.boolean(), (groups, loud) => {
        const say = (word: string): string => (loud ? word.toUpperCase() : word);
        for (const chosen of chooseResources(groups)) {
          if (chosen.group === "") continue;
          assert.deepEqual(matchKind(groups, say(resourceName(chosen))), [chosen]);
        }
        for (const served of groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))) {
          if (served.group === "") continue;
          assert.deepEqual(matchKind(groups, say(`${served.plural}.${served.version}.${served.group}`)), [served]);
        }
      }),
      runs,
    );
  });

  it("finds a bare plural in the first group that has it, so in the core group before all others", () => {
    fc.assert(
      fc.property(servedGroups, (groups) => {
        const coreFirst = groups.toSorted((a, b) => Number(b.name === "") - Number(a.name === ""));
        for (const { plural } of chooseResources(coreFirst)) {
          const [found] = matchKind(coreFirst, plural);
          const first = chooseResources(coreFirst).find((resource) => resource.plural === plural);
          assert.deepEqual(found, first);
        }
      }),
      runs,
    );
  });

  it("finds the same among the chosen resources alone, for words without a version", () => {
    fc.assert(
      fc.property(servedGroups, fc.oneof(part, fc.string()), (groups, word) => {
        if (word.includes(".")) return;
        assert.deepEqual(matchAmong(chooseResources(groups), word), matchKind(groups, word));
      }),
      runs,
    );
  });

  it("never throws and never invents", () => {
    fc.assert(
      fc.property(servedGroups, anyWord, (groups, word) => {
        const all = new Set(groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources)));
        for (const found of matchKind(groups, word)) assert.ok(all.has(found));
      }),
      runs,
    );
  });
});
