import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSearch, stringifySearch } from "../app/url-search.ts";
import { filterOf, nextSort, questionOf, searchOf, streamFilterOf, usualSort } from "./question.ts";

const address =
  "?kind=Pod&cluster=prod&cluster=dev&namespace=shop&status=Failed&health=unhealthy&labels=app%3Dweb&q=api&sort=-age";

describe("what the address of a table asks for", () => {
  it("is written back as it was read", () =>
    assert.equal(stringifySearch(searchOf(questionOf(parseSearch(address)))), address));

  it("is everything, in the usual order, where it says nothing", () => {
    const question = questionOf({});
    assert.deepEqual(filterOf(question), {});
    assert.deepEqual(question.sort, usualSort);
    assert.equal(stringifySearch(searchOf(question)), "");
  });

  it("becomes a filter of the server", () =>
    assert.deepEqual(filterOf(questionOf(parseSearch(address))), {
      kinds: ["Pod"],
      clusters: ["prod", "dev"],
      namespaces: ["shop"],
      status: ["Failed"],
      health: ["unhealthy"],
      labelSelector: "app=web",
      search: "api",
    }));

  it("is followed by what changes can be filtered by only", () =>
    assert.deepEqual(Object.keys(streamFilterOf(filterOf(questionOf(parseSearch(address))))), [
      "kinds",
      "clusters",
      "namespaces",
      "labelSelector",
    ]));

  it("sorts by a column, the other way round, and as usual again", () => {
    const once = nextSort(usualSort, "age");
    const twice = nextSort(once, "age");
    assert.deepEqual(
      [once, twice],
      [
        { by: "age", descending: false },
        { by: "age", descending: true },
      ],
    );
    assert.deepEqual(nextSort(twice, "age"), usualSort);
    assert.deepEqual(nextSort(twice, "name"), { by: "name", descending: false });
  });
});
