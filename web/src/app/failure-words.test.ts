import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphQLError } from "graphql";
import { failureWords } from "./failure-words.ts";

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
    assert.equal(words.detail, 'there is no cluster "x"');
    assert.equal(words.code, "HEDDLE_FLEET_UNKNOWN_CLUSTER");
    assert.equal(words.leave, false);
  });

  it("says that nothing answered when nothing did", () =>
    assert.match(
      failureWords({ graphQLErrors: [], networkError: new TypeError("fetch failed") }).title,
      /cannot be reached/,
    ));
});
