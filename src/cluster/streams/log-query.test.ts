import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logQuery } from "./log-query.ts";

const asked = (query: ReturnType<typeof logQuery>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));

describe("logQuery", () => {
  it("asks for nothing but the container by itself", () => {
    assert.deepEqual(asked(logQuery("app", {})), { container: "app" });
    assert.deepEqual(asked(logQuery(undefined, { follow: false, previous: false, timestamps: false })), {});
  });

  it("passes every option by the API's name", () => {
    const all = {
      follow: true,
      previous: true,
      timestamps: true,
      sinceSeconds: 60,
      sinceTime: "2026-01-01T00:00:00Z",
      tailLines: 10,
      limitBytes: 1024,
    };
    assert.deepEqual(asked(logQuery("app", all)), { container: "app", ...all });
  });

  it("asks for no line at all when told so: 0 is a number of lines", () => {
    assert.deepEqual(asked(logQuery(undefined, { tailLines: 0 })), { tailLines: 0 });
  });
});
