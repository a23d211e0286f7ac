import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphQLError } from "graphql";
import { brokenWords, failureWords } from "./failure-words.ts";

describe("a failure in words", () => {
  it("tells a browser that is not let in how to get in, and that asking again is no use", () => {
    const words = failureWords({ graphQLErrors: [], response: { status: 401 } });
    assert.match(words.detail, /heddle open/);
    assert.equal(words.leave, true);
  });

  it("hands on what the server refused, with its code", () => {
    const refused = new GraphQLError('there is no cluster "x"', {
      extensions: { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" },
    });
    const words = failureWords({ graphQLErrors: [refused], response: { status: 200 } });
    assert.equal(words.title, "There is no such cluster");
    assert.equal(words.detail, 'There is no cluster "x"');
    assert.equal(words.code, "HEDDLE_FLEET_UNKNOWN_CLUSTER");
    assert.equal(words.leave, false);
  });

  it("says that nothing answered when nothing did", () =>
    assert.match(
      failureWords({ graphQLErrors: [], networkError: new TypeError("fetch failed") }).title,
      /cannot be reached/,
    ));

  it("says what it means that a part of the page could not be loaded, in no loader's words", () => {
    for (const said of [
      "Unable to preload CSS for /assets/changes-page-x.css",
      "Failed to fetch dynamically imported module: http://127.0.0.1/assets/x.js",
      "error loading dynamically imported module",
      "Importing a module script failed.",
    ]) {
      const words = brokenWords(new Error(said));
      assert.equal(words.title, "A part of the console could not be loaded");
      assert.doesNotMatch(words.detail, /css|module|assets/i);
    }
  });

  it("tells of a page that broke otherwise what it said, as a sentence", () =>
    assert.equal(brokenWords(new TypeError("x is undefined")).detail, "X is undefined."));
});
