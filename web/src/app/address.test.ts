import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkAddress, faultWords } from "./address.ts";

const address = { q: undefined, type: ["CREATED", "DELETED"], sort: ["name", "age"] };

describe("an address", () => {
  it("is taken as it is when all of it means something", () => {
    const search = { q: "any text", type: ["CREATED", "DELETED"], sort: "-age" };
    assert.deepEqual(checkAddress(search, address), { search, faults: [] });
  });

  it("is read in capital and small letters", () =>
    assert.deepEqual(checkAddress({ type: "created", sort: "-Name" }, address), {
      search: { type: "CREATED", sort: "-name" },
      faults: [],
    }));

  it("loses words that mean nothing, and says which and what may stand there", () => {
    const { search, faults } = checkAddress({ type: ["DELETED", "Foo"], sort: "nosuch", q: "x" }, address);
    assert.deepEqual(search, { type: "DELETED", q: "x" });
    assert.deepEqual(faults.map(faultWords), [
      "The address asks for the type “Foo”, which there is not: it may be CREATED or DELETED.",
      "The address asks for the sort “nosuch”, which there is not: it may be name or age.",
    ]);
  });

  it("loses parts that the page does not know, and says which it knows", () => {
    const { search, faults } = checkAddress({ types: "CREATED", empty: "" }, address);
    assert.deepEqual(search, {});
    assert.deepEqual(faults.map(faultWords), [
      "The address says “types”, which this page does not know; it knows q, type and sort.",
    ]);
  });
});
