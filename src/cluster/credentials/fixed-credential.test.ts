import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Credential, type CredentialValue } from "../access.ts";
import { combineCredentials, createFixedCredential, isRefused } from "./fixed-credential.ts";

const pair = (cert: string) => ({ cert, key: "key" });

describe("isRefused", () => {
  for (const [title, part, refused, expected] of [
    ["the same token", { token: "a" }, { token: "a", certificate: pair("c") }, true],
    ["another token", { token: "b" }, { token: "a" }, false],
    ["the same certificate", { certificate: pair("c") }, { token: "a", certificate: pair("c") }, true],
    ["another certificate", { certificate: pair("d") }, { certificate: pair("c") }, false],
    [
      "the same token, the certificate of someone else",
      { token: "a", certificate: pair("d") },
      { token: "a", certificate: pair("c") },
      true,
    ],
    [
      "a new token beside an old certificate",
      { token: "b", certificate: pair("c") },
      { token: "a", certificate: pair("c") },
      false,
    ],
  ] satisfies readonly (readonly [string, CredentialValue, CredentialValue, boolean])[])
    it(`says ${expected} of ${title}`, () => assert.equal(isRefused(part, refused), expected));
});

describe("combineCredentials", () => {
  it("is anonymous without parts, and the part itself when there is one", async () => {
    assert.deepEqual({ ...(await combineCredentials([]).get()) }, {});
    const only = createFixedCredential("only", { token: "a" });
    assert.equal(combineCredentials([only]), only);
  });

  it("gives what all parts give, and hands a refusal to each", async () => {
    const told: (CredentialValue | undefined)[] = [];
    const part = (description: string, value: CredentialValue): Credential => ({
      ...createFixedCredential(description, value),
      invalidate: (refused) => void told.push(refused),
    });
    const both = combineCredentials([part("one", { certificate: pair("c") }), part("two", { token: "a" })]);
    assert.equal(both.description, "one and two");
    const value = await both.get();
    assert.equal(value.token, "a");
    assert.equal(value.certificate?.cert, "c");
    both.invalidate(value);
    assert.deepEqual(told, [value, value]);
  });
});
