import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type JsonObject } from "../../model/index.ts";
import { withoutManagedFields } from "./managed-fields.ts";

const entry = {
  manager: 'odd ] " \\ name',
  operation: "Update",
  fieldsV1: { "f:status": { 'k:{"type":"Ready]"}': {} } },
};

describe("withoutManagedFields", () => {
  it("cuts the fields out of every item, wherever in the metadata they stand", () => {
    const list = {
      items: [
        { metadata: { name: "a", managedFields: [entry, entry] }, spec: { n: 1 } },
        { metadata: { labels: {}, managedFields: [entry], name: "b" }, data: { text: '"managedFields":[' } },
        { metadata: { name: "c", managedFields: [] } },
      ],
    };
    assert.deepEqual(JSON.parse(withoutManagedFields(JSON.stringify(list))), {
      items: [
        { metadata: { name: "a" }, spec: { n: 1 } },
        { metadata: { labels: {}, name: "b" }, data: { text: '"managedFields":[' } },
        { metadata: { name: "c" } },
      ],
    });
  });

  it("changes nothing else, whatever strings and keys an object has", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(',"managedFields":[', "]", '\\"', '},"managedFields":[]'));
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), text), fc.array(fc.string()), (spec, data, managers) => {
        const plain = { metadata: { name: "x" }, spec, data };
        fc.pre(!JSON.stringify(plain).includes(',"managedFields":['));
        const managed: JsonObject = {
          metadata: { name: "x", managedFields: managers.map((manager) => ({ manager })) },
        };
        const whole = { ...managed, spec, data };
        assert.deepEqual(JSON.parse(withoutManagedFields(JSON.stringify(whole))), JSON.parse(JSON.stringify(plain)));
      }),
    );
  });
});
