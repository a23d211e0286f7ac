import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Resource } from "../../model/index.ts";
import { type Arrangeable, arrangeKinds } from "./arrange.ts";

const kind = (name: string, group = "example.org", version = "v1"): Resource => ({
  group,
  version,
  kind: name,
  plural: `${name.toLowerCase()}s`,
  singular: name.toLowerCase(),
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
});
const [pod, widget, gadget] = [kind("Pod", ""), kind("Widget"), kind("Gadget")];

function arranged(change: Partial<Arrangeable>): Readonly<Record<string, readonly string[]>> {
  const calm = { followed: [pod], wanted: [pod], served: [pod], failedGroups: [], recorded: [] };
  const arrangement = arrangeKinds({ ...calm, ...change });
  return Object.fromEntries(
    Object.entries(arrangement)
      .filter(([, kinds]) => kinds.length > 0)
      .map(([what, kinds]) => [what, kinds.map((one) => `${one.kind} ${one.version}`)]),
  );
}

describe("arrangeKinds", () => {
  it("finds nothing to do when all is as it should be", () => {
    assert.deepEqual(arranged({}), {});
  });

  it("starts what is wanted and not followed", () => {
    assert.deepEqual(arranged({ wanted: [pod, widget], served: [pod, widget] }), { start: ["Widget v1"] });
  });

  it("retires what is no longer served, followed or only recorded", () => {
    assert.deepEqual(arranged({ followed: [pod, widget] }), { retire: ["Widget v1"] });
    assert.deepEqual(arranged({ recorded: [pod, gadget] }), { retire: ["Gadget v1"] });
  });

  it("abandons what is served and no longer wanted", () => {
    assert.deepEqual(arranged({ followed: [pod, widget], served: [pod, widget] }), { abandon: ["Widget v1"] });
    assert.deepEqual(arranged({ served: [pod, widget], recorded: [widget] }), { abandon: ["Widget v1"] });
  });

  it("leaves what is missing alone while its group does not answer", () => {
    assert.deepEqual(arranged({ followed: [pod, widget], failedGroups: ["example.org"] }), {});
    assert.deepEqual(arranged({ recorded: [gadget], failedGroups: ["example.org"] }), {});
  });

  it("replaces what is served in another version, and starts nothing beside it", () => {
    const later = kind("Widget", "example.org", "v2");
    assert.deepEqual(arranged({ followed: [pod, widget], wanted: [pod, later], served: [pod, later] }), {
      replace: ["Widget v2"],
    });
  });

  it("leaves alone what only has another short name", () => {
    const named: Resource = { ...pod, shortNames: ["po"] };
    assert.deepEqual(arranged({ wanted: [named], served: [named] }), {});
  });
});
