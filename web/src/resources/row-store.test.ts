import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Page, type Row } from "./row.ts";
import { createRowStore } from "./row-store.ts";
import { pageSize, rowAt } from "./rows.ts";

const total = 100_000;
const row = (at: number): Row => ({
  id: `c/core/Pod/n/${at}`,
  status: "Running",
  reason: null,
  createdAt: null,
  attributes: {},
});
const pageAt = (page: number): Page => ({
  total,
  freshness: [],
  items: Array.from({ length: pageSize }, (_, at) => row(page * pageSize + at)),
});

/** A server that answers when it is told to. */
function slowServer() {
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  return {
    asked,
    ask: (page: number) => {
      asked.push(page);
      return new Promise<{ page: Page }>((resolve) => waiting.push(() => resolve({ page: pageAt(page) })));
    },
    async answer(): Promise<void> {
      for (const one of waiting.splice(0)) one();
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    },
  };
}

describe("the rows of a question", () => {
  it("are asked for as they come into sight", async () => {
    const server = slowServer();
    const store = createRowStore({ ask: server.ask, byIdentityOnly: true });
    const end = store.begin();
    await server.answer();
    store.sight(390, 430);
    await server.answer();
    end();
    assert.deepEqual(server.asked, [0, 1, 2]);
    assert.equal(rowAt(store.state().rows, 400)?.id, "c/core/Pod/n/400");
  });

  it("are not asked for where one scrolled past them", async () => {
    const server = slowServer();
    const store = createRowStore({ ask: server.ask, byIdentityOnly: true });
    const end = store.begin();
    await server.answer();
    for (let first = 0; first < total; first += 1_000) store.sight(first, first + 40);
    await server.answer();
    await server.answer();
    end();
    assert.ok(server.asked.length <= 5, `asked for ${server.asked.length} pages`);
    assert.equal(server.asked.at(-1), 495);
  });

  it("tell why they could not be had, and what was known stays", async () => {
    const failure = { title: "The server cannot be reached", detail: "", leave: false };
    const answers = [{ page: pageAt(0) }, { failure }];
    const store = createRowStore({ ask: async () => answers.shift() ?? { failure }, byIdentityOnly: true });
    const end = store.begin();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    store.sight(1_000, 1_040);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    end();
    assert.equal(store.state().failure?.title, failure.title);
    assert.equal(rowAt(store.state().rows, 0)?.id, "c/core/Pod/n/0");
  });
});
