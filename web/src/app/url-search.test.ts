import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { manyOf, oneOf, parseSearch, stringifySearch } from "./url-search.ts";

describe("a query string", () => {
  it("comes back as it was written, whatever the texts", () => {
    const texts = fc.string({ minLength: 1 });
    const values = fc.oneof(texts, fc.array(texts, { minLength: 2, maxLength: 4 }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), values), (search) => {
        assert.deepEqual({ ...parseSearch(stringifySearch(search)) }, { ...search });
      }),
    );
  });

  it("keeps texts that look like numbers or JSON as they are", () =>
    assert.deepEqual(parseSearch("?q=1e5&labels=true"), { q: "1e5", labels: "true" }));

  it("leaves out what is empty", () => {
    assert.equal(stringifySearch({ q: "", cluster: [], kind: undefined }), "");
    assert.equal(stringifySearch({ status: ["Pending", "Failed"] }), "?status=Pending&status=Failed");
  });

  it("reads one value or several", () => {
    assert.deepEqual(manyOf("a"), ["a"]);
    assert.deepEqual(manyOf(undefined), []);
    assert.equal(oneOf(["a", "b"]), "a");
  });
});
