import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { guarded, secret, withoutPassword } from "./secret.ts";

describe("secret", () => {
  it("is revealed only by asking", () => {
    const value = secret({ token: "SECRET" });
    assert.equal(value.reveal().token, "SECRET");
    const printed = inspect(value, { depth: Infinity, showHidden: true, customInspect: false });
    assert.doesNotMatch(printed + JSON.stringify({ value }), /SECRET/);
  });
});

describe("guarded", () => {
  const object = guarded({ name: "me", token: "SECRET" }, () => ({ name: "me", token: "[redacted]" }));

  it("keeps its fields for those who read them", () => {
    assert.equal(object.token, "SECRET");
    assert.deepEqual({ ...object }, { name: "me", token: "SECRET" });
  });

  it("shows what it is told to show, also inside of other objects", () => {
    const printed = inspect([{ object }], { depth: Infinity }) + JSON.stringify({ object });
    assert.doesNotMatch(printed, /SECRET/);
    assert.match(printed, /redacted/);
  });
});

describe("withoutPassword", () => {
  for (const [url, shown] of [
    ["http://proxy:3128", "http://proxy:3128"],
    ["http://me:SECRET@proxy:3128", "http://redacted@proxy:3128/"],
    ["socks5://SECRET@proxy:1080", "socks5://redacted@proxy:1080"],
    ["SECRET", "(not a URL)"],
  ] as const)
    it(`shows ${shown}`, () => assert.equal(withoutPassword(url), shown));
});
