import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../base/index.ts";
import { type KubeObject, parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { pruneObject } from "./prune.ts";

const prod = parseClusterId("prod");
const secrets = resourceOf("v1", "Secret");
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

describe("pruning", () => {
  it("takes managedFields off and leaves all else as it was, in its order", () => {
    const object: KubeObject = {
      kind: "ConfigMap",
      apiVersion: "v1",
      data: { b: "1", a: "2" },
      metadata: { name: "a", managedFields: [{ manager: "m" }], annotations: { [lastApplied]: "{}" }, labels: {} },
    };
    const before = JSON.stringify(object);
    assert.equal(
      JSON.stringify(pruneObject(object).object),
      `{"kind":"ConfigMap","apiVersion":"v1","data":{"b":"1","a":"2"},"metadata":{"name":"a","annotations":{"${lastApplied}":"{}"},"labels":{}}}`,
    );
    assert.equal(JSON.stringify(object), before, "what was given is as it was");
  });

  it("takes a Secret's values off, and the annotation that repeats them, but not what else it says", () => {
    const secret: KubeObject = {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: "a", annotations: { [lastApplied]: "s3cret", team: "b" } },
      data: { password: "czNjcmV0" },
      stringData: { password: "s3cret" },
    };
    assert.deepEqual(pruneObject(secret).object, {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: "a", annotations: { team: "b" } },
    });
  });

  it("takes another group's kind of the same name for no Secret", () => {
    const own: KubeObject = {
      apiVersion: "example.test/v1",
      kind: "Secret",
      metadata: { name: "a" },
      data: { a: "b" },
    };
    assert.deepEqual(pruneObject(own).object, own);
  });

  it("lets no byte of a Secret's values into the store's buffers, its answers or what listeners are told", async () => {
    const value = fc.stringMatching(/^[A-Za-z0-9+]{24,200}$/);
    const secret = fc.record({ name: fc.constantFrom("a", "b", "c"), value, deleted: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(secret, { minLength: 1, maxLength: 12 }), async (steps) => {
        const buffers: Buffer[] = [];
        const allocate = (size: number): Buffer => {
          const buffer = Buffer.alloc(size);
          buffers.push(buffer);
          return buffer;
        };
        const store = createStore({ clock: createManualClock(), allocate });
        const told: string[] = [];
        store.subscribe(({ changes }) => told.push(JSON.stringify(changes)));
        for (const { name, value: plain, deleted } of steps) {
          const object: KubeObject = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
              name,
              namespace: "web",
              annotations: { [lastApplied]: JSON.stringify({ data: { p: plain } }) },
            },
            data: { p: Buffer.from(plain).toString("base64") },
            stringData: { p: plain },
          };
          const change = deleted
            ? ({ type: "deleted", object, finalState: "known" } as const)
            : ({ type: "updated", object } as const);
          store.apply(prod, secrets, [change]);
        }
        const { json } = await store.query({});
        for (const { value: plain } of steps) {
          for (const needle of [plain, Buffer.from(plain).toString("base64")]) {
            assert.ok(!buffers.some((buffer) => buffer.includes(needle)), "in a buffer");
            assert.ok(!json.includes(needle), "in an answer");
            assert.ok(!told.some((text) => text.includes(needle)), "told on");
          }
        }
        assert.ok(buffers.length > 0 || steps.every((step) => step.deleted), "the buffers were seen");
      }),
      { numRuns: 40 },
    );
  });
});
