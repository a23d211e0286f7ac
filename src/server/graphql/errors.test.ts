import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphQLError } from "graphql";
import { ClientGone, ServerStopping } from "../exchange.ts";
import { isInternal } from "./errors.ts";

describe("a resolver's failure", () => {
  it("is one of Heddle's only where nothing but Heddle can be its cause", () => {
    const thrown = (originalError: Error): GraphQLError => new GraphQLError("it failed", { originalError });
    assert.equal(isInternal(thrown(new TypeError("a mistake"))), true);
    assert.equal(isInternal(new TypeError("a mistake")), true);
    assert.equal(isInternal(new GraphQLError("a bad question")), false);
    assert.equal(isInternal(thrown(new ClientGone("the client is gone"))), false, "nobody waits for the answer");
    assert.equal(isInternal(thrown(new ServerStopping("the server stops"))), false);
  });
});
