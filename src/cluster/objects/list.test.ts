import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { type JsonObject } from "../../model/index.ts";
import { type ListQuery } from "../model.ts";
import { createObjects } from "./objects.ts";
import { type Answer, createScriptedApi, looms, nodes, pods } from "./testing/scripted-api.ts";

const item = (name: string): JsonObject => ({ metadata: { name }, spec: {} });
const page = (names: readonly string[], metadata: JsonObject = {}): JsonObject => ({
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: "7", ...metadata },
  items: names.map(item),
});
const expired = new HeddleError("the provided continue parameter is too old", { code: "HEDDLE_CLUSTER_GONE" });

async function list(query: ListQuery, ...answers: readonly Answer[]) {
  const { api, asked } = createScriptedApi(...answers);
  const page = await createObjects({ api }).list(pods, query);
  return { ...page, names: page.objects.map(({ metadata }) => metadata.name), asked };
}

describe("list", () => {
  it("reads page after page into one", async () => {
    const { names, resourceVersion, asked } = await list(
      { namespace: "a", labelSelector: "x=y", resourceVersion: "3", resourceVersionMatch: "NotOlderThan" },
      page(["p1", "p2"], { continue: "next", remainingItemCount: 1 }),
      page(["p3"]),
    );
    assert.deepEqual(names, ["p1", "p2", "p3"]);
    assert.equal(resourceVersion, "7");
    const common = { labelSelector: "x=y", fieldSelector: undefined, limit: 500 };
    assert.deepEqual(
      asked.map(({ path, query }) => ({ path, query })),
      [
        {
          path: "/api/v1/namespaces/a/pods",
          query: { ...common, resourceVersion: "3", resourceVersionMatch: "NotOlderThan" },
        },
        {
          path: "/api/v1/namespaces/a/pods",
          query: { ...common, resourceVersion: undefined, resourceVersionMatch: undefined, continue: "next" },
        },
      ],
    );
  });

  it("asks for one page where that is wanted", async () => {
    const { asked } = await list({ pageSize: 0 }, page([]));
    assert.equal(asked[0]?.query?.["limit"], undefined);
    await assert.rejects(list({ pageSize: -1 }), /a page of -1 objects/);
  });

  it("starts over in one page when the continue token has expired", async () => {
    const { names, resourceVersion, asked } = await list(
      { labelSelector: "x=y" },
      page(["p1"], { continue: "next" }),
      expired,
      page(["p1", "p2"], { resourceVersion: "9" }),
    );
    assert.deepEqual(names, ["p1", "p2"]);
    assert.equal(resourceVersion, "9");
    assert.equal(asked[2]?.query?.["limit"], undefined);
    assert.equal(asked[2]?.query?.["continue"], undefined);
    assert.equal(asked[2]?.query?.["labelSelector"], "x=y");
  });

  it("starts over only once, and not for an exact resourceVersion that is gone", async () => {
    await assert.rejects(list({}, page(["p1"], { continue: "next" }), expired, expired), expired);
    await assert.rejects(list({ resourceVersion: "3", resourceVersionMatch: "Exact" }, expired, page([])), expired);
  });

  it("asks for metadata only where that is wanted, and gives objects of the kind asked for", async () => {
    const metadata = { name: "p1", uid: "u1", resourceVersion: "5" };
    const type = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata" };
    const partial = { ...page([]), ...type, kind: "PartialObjectMetadataList", items: [{ ...type, metadata }] };
    const { objects, asked } = await list({ metadataOnly: true }, partial);
    assert.match(asked[0]?.accept ?? "", /as=PartialObjectMetadataList/);
    assert.deepEqual(objects, [{ apiVersion: "v1", kind: "Pod", metadata }]);
    const whole = await list({ metadataOnly: true }, { ...page([]), items: [{ metadata, spec: { nodeName: "n" } }] });
    assert.deepEqual(whole.objects, objects, "from a server that does not know how");
    assert.equal((await list({}, page([]))).asked[0]?.accept, undefined);
  });

  it("fills in the type that items of a typed list lack", async () => {
    const { objects } = await list({}, page(["p1"]));
    assert.deepEqual(objects, [{ apiVersion: "v1", kind: "Pod", metadata: { name: "p1" }, spec: {} }]);
    assert.deepEqual(Object.keys(objects[0] ?? {}).slice(0, 2), ["apiVersion", "kind"]);
  });

  it("passes on items that tell their type, without a copy", async () => {
    const loom = { apiVersion: "loom.io/v1", kind: "Loom", metadata: { name: "l" } };
    const answer = { apiVersion: "loom.io/v1", kind: "LoomList", metadata: { resourceVersion: "1" }, items: [loom] };
    const { api } = createScriptedApi(answer);
    assert.equal((await createObjects({ api }).list(looms)).objects[0], loom);
  });

  it("takes the resource's type where the list tells none", async () => {
    const { api } = createScriptedApi({ apiVersion: "v1", kind: "List", metadata: {}, items: [item("n")] });
    const [object] = (await createObjects({ api }).list({ ...nodes, group: "g" })).objects;
    assert.deepEqual([object?.apiVersion, object?.kind], ["g/v1", "Node"]);
  });

  it("takes null items as none: Go writes an empty list so", async () => {
    assert.deepEqual((await list({}, { ...page([]), items: null })).names, []);
  });

  for (const [name, answer] of [
    ["a Status", { kind: "Status", metadata: {} }],
    ["items that are no list", { ...page([]), items: "x" }],
    ["an item without a name", { ...page([]), items: [{ metadata: {} }] }],
    ["an item that is no object", { ...page([]), items: [null] }],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(list({}, answer), { code: "HEDDLE_CLUSTER_PROTOCOL" });
    });
  }
});

describe("pages", () => {
  it("hands out each page with how many are left, and asks no more than is read", async () => {
    const { api, asked } = createScriptedApi(page(["p1"], { continue: "next", remainingItemCount: 4 }), page(["p2"]));
    for await (const first of createObjects({ api }).pages(pods, { pageSize: 1 })) {
      assert.deepEqual([first.objects.length, first.remaining, first.resourceVersion], [1, 4, "7"]);
      break;
    }
    assert.equal(asked.length, 1);
  });

  it("fails when the token expires: what was handed out is of a state that is gone", async () => {
    const { api } = createScriptedApi(page(["p1"], { continue: "next" }), expired, page(["p1"]));
    const names: string[] = [];
    await assert.rejects(async () => {
      for await (const { objects } of createObjects({ api }).pages(pods))
        names.push(...objects.map(({ metadata }) => metadata.name));
    }, expired);
    assert.deepEqual(names, ["p1"]);
  });
});
