import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type HeddleError, isHeddleError } from "../../base/index.ts";
import { type JsonObject } from "../../model/index.ts";
import { widgets } from "./testing/fake-api.ts";
import { parseWatchEvent } from "./watch-events.ts";

const parse = (event: JsonObject) => parseWatchEvent(JSON.stringify(event), widgets);
const widget = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "a", resourceVersion: "7" } };

function failureOf(line: string): HeddleError {
  try {
    parseWatchEvent(line, widgets);
  } catch (error) {
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_PROTOCOL"), String(error));
    return error;
  }
  return assert.fail("it was read");
}

describe("a line of a watch", () => {
  it("is what happened to an object, which is kept whole", () => {
    for (const type of ["ADDED", "MODIFIED", "DELETED"])
      assert.deepEqual(parse({ type, object: widget }), { type, object: widget });
  });

  it("is a bookmark, which may end the initial events", () => {
    const metadata = { resourceVersion: "9" };
    const bookmark = (more: JsonObject) =>
      parse({ type: "BOOKMARK", object: { kind: "Widget", metadata: { ...metadata, ...more } } });
    assert.deepEqual(bookmark({}), { type: "BOOKMARK", resourceVersion: "9", endsInitialEvents: false });
    const ending = bookmark({ annotations: { "k8s.io/initial-events-end": "true" } });
    assert.deepEqual(ending, { type: "BOOKMARK", resourceVersion: "9", endsInitialEvents: true });
  });

  it("is an error, with the Status and what the same answer to a request would mean", () => {
    const meanings = {
      410: "GONE",
      429: "TOO_MANY_REQUESTS",
      403: "FORBIDDEN",
      500: "UNAVAILABLE",
      504: "UNAVAILABLE",
    };
    for (const [code, meaning] of Object.entries(meanings)) {
      const status = { kind: "Status", code: Number(code), reason: "Because", message: "words" };
      const event = parse({ type: "ERROR", object: status });
      assert.ok(event.type === "ERROR");
      assert.equal(event.error.code, `HEDDLE_CLUSTER_${meaning}`);
      assert.match(event.error.message, /words/);
      assert.deepEqual(event.error.details["status"], status);
    }
  });

  it("is refused when it is anything else, without a word of what it holds", () => {
    const lines = [
      '{"type":"ADDED","object":{"kind":"Secret","data":{"password":"hunter2"',
      "hunter2",
      '"hunter2"',
      "null",
      '{"type":"ADDED","object":"hunter2"}',
      '{"type":"ADDED","object":{"kind":"Secret","data":"hunter2"}}',
      '{"type":"ADDED","object":{"apiVersion":"v1","kind":"Secret","metadata":{"password":"hunter2"}}}',
      '{"type":"hunter2","object":{}}',
      '{"type":"BOOKMARK","object":{"metadata":{"name":"hunter2"}}}',
    ];
    for (const line of lines) {
      const { message, cause, details } = failureOf(line);
      assert.doesNotMatch(`${message} ${String(cause)} ${JSON.stringify(details)}`, /hunter2/);
    }
  });
});
