import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { filledStore } from "../testing/filled-store.ts";
import { openGraphql } from "../testing/open-graphql.ts";
import { infoOf, quietDeps } from "../testing/open-server.ts";
import { jsonPieces } from "./json-pieces.ts";

const long = fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 40, maxLength: 160 });

describe("JSON in pieces", () => {
  it("is the text that it is in one", () =>
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), long, fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), long))), (value) =>
        assert.equal([...jsonPieces(value)].join(""), JSON.stringify(value)),
      ),
    ));

  it("leaves out what is undefined, as in one", () =>
    assert.equal([...jsonPieces({ a: undefined, b: { c: undefined } })].join(""), '{"b":{}}'));

  it("writes no long list at once", () => {
    const items = Array.from({ length: 5_000 }, (_, index) => ({ id: `object ${index}` }));
    const pieces = [...jsonPieces({ data: { resources: { items } } })];
    assert.ok(Math.max(...pieces.map(({ length }) => length)) < 2_000);
  });
});

describe("a long answer", () => {
  it("comes in pieces, with turns of the event loop in between", async (t) => {
    const base = createManualClock();
    const clock = { ...quietDeps().clock, monotonicMs: () => (base.advance(5), base.monotonicMs()) };
    const { post } = await openGraphql(t, { store: filledStore(infoOf("east").id, 1_000), clock });
    const query = '{ kubernetesResources(cluster: "east", type: "pod") { name object } }';
    const answer = await post("/graphql", { query });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    count();
    const body = (await answer.json()) as { data: { kubernetesResources: { name: string }[] } };
    isOver = true;
    assert.equal(new Set(body.data.kubernetesResources.map(({ name }) => name)).size, 1_000);
    assert.ok(turns >= 10, `${turns} turns while it came`);
  });
});
