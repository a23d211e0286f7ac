import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authorization, impersonation, requestHeaders } from "./headers.ts";

describe("requestHeaders", () => {
  it("says who asks, for what, and in which form", () => {
    const question = { access: {}, credential: { token: "t" }, userAgent: "heddle/1", accept: "application/json" };
    assert.deepEqual(requestHeaders({ ...question, contentType: "application/merge-patch+json", gzip: true }), {
      accept: "application/json",
      "user-agent": "heddle/1",
      "accept-encoding": "gzip",
      "content-type": "application/merge-patch+json",
      authorization: "Bearer t",
    });
    assert.deepEqual(requestHeaders({ ...question, credential: {}, gzip: false }), {
      accept: "application/json",
      "user-agent": "heddle/1",
    });
  });
});

describe("authorization", () => {
  it("prefers a token to a user name, and encodes user names beyond ASCII", () => {
    const basic = { username: "jürgen", password: "p:w" };
    assert.deepEqual(authorization({ token: "t", basic }), { authorization: "Bearer t" });
    assert.deepEqual(authorization({ basic }), { authorization: "Basic asO8cmdlbjpwOnc=" });
    assert.deepEqual(authorization({ certificate: { cert: "c", key: "k" } }), {});
  });
});

describe("impersonation", () => {
  it("keeps groups apart, and escapes the keys of extra fields as client-go does", () => {
    const extra = { "example.org/Scopes": ["view", "edit"], "a b%c": ["1"], ümlaut: ["2"] };
    assert.deepEqual(impersonation({ user: "ann", uid: "7", groups: ["dev", "ops"], extra }), {
      "impersonate-user": "ann",
      "impersonate-uid": "7",
      "impersonate-group": ["dev", "ops"],
      "impersonate-extra-example.org%2fscopes": ["view", "edit"],
      "impersonate-extra-a%20b%25c": ["1"],
      "impersonate-extra-%c3%bcmlaut": ["2"],
    });
    const [umlaut] = Object.values(impersonation({ user: "jürgen €", groups: [], extra: {} }));
    assert.equal(Buffer.from(String(umlaut), "latin1").toString("utf8"), "jürgen €");
    assert.throws(() => impersonation({ user: "ann\r\nx: y", groups: [], extra: {} }), {
      code: "HEDDLE_CLUSTER_BAD_REQUEST",
    });
    assert.deepEqual(impersonation({ user: "ann", groups: [], extra: {} }), { "impersonate-user": "ann" });
  });
});
