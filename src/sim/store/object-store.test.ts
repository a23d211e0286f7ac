import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type KubeObject } from "../../model/index.ts";
import { type Stored, type StoreEvent } from "./model.ts";
import { createObjectStore } from "./object-store.ts";

const object = (name: string, value = ""): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data: { value },
});

const namesOf = (list: readonly Stored[]): readonly string[] => list.map(({ name }) => name);

describe("the simulated object store", () => {
  it("gives every write the next revision, which becomes the object's resourceVersion", () => {
    const store = createObjectStore({ firstRevision: 10 });
    assert.equal(store.put("things", object("a")).object().metadata.resourceVersion, "11");
    assert.equal(store.put("things", object("a", "2")).object().metadata.resourceVersion, "12");
    assert.equal(store.remove("things", "default", "a")?.object().metadata.resourceVersion, "13");
    assert.equal(store.remove("things", "default", "a"), undefined);
    assert.equal(store.revision(), 13);
  });

  it("tells each write once, in order, with the states around it", () => {
    const store = createObjectStore();
    const told: string[] = [];
    const stop = store.subscribe(({ type, before, after }) =>
      told.push(`${type} ${before?.revision ?? "-"} ${after.revision}`),
    );
    store.put("things", object("a"));
    store.put("things", object("a", "2"));
    store.remove("things", "default", "a");
    stop();
    store.put("things", object("b"));
    assert.deepEqual(told, ["created - 2", "updated 2 3", "deleted 3 4"]);
  });

  it("tells every listener in order, also of what a listener writes", () => {
    const store = createObjectStore();
    const told: string[] = [];
    store.subscribe(({ after }) => {
      if (after.name === "one") store.put("configmaps", object("two"));
    });
    store.subscribe(({ after }) => void told.push(after.name));
    store.put("configmaps", object("one"));
    assert.deepEqual(told, ["one", "two"]);
  });

  it("lists by namespace and name, each collection for itself", () => {
    const store = createObjectStore();
    for (const name of ["b", "a"]) store.put("things", object(name));
    store.put("others", object("c"));
    assert.deepEqual(namesOf(store.list("things")), ["a", "b"]);
    assert.deepEqual(namesOf(store.list("things", { namespace: "elsewhere" })), []);
  });

  it("forgets the oldest past, and says where it begins", () => {
    const store = createObjectStore({ pastEvents: 4 });
    for (let index = 0; index < 20; index++) store.put("things", object(`a${index}`));
    assert.ok(store.compactedTo() > 1);
    assert.equal(store.since(1), undefined);
    assert.equal(store.since(store.compactedTo())?.length, store.revision() - store.compactedTo());
  });

  it("shows any remembered revision as it was, whatever was written since", () => {
    const write = fc.record({
      name: fc.constantFrom("a", "b", "c", "d"),
      value: fc.string({ maxLength: 3 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const store = createObjectStore();
        const seen = new Map<number, readonly string[]>();
        const events: StoreEvent[] = [];
        store.subscribe((event) => events.push(event));
        const look = (): void =>
          void seen.set(
            store.revision(),
            store.list("things").map(({ text }) => text),
          );
        look();
        for (const { name, value, remove } of writes) {
          if (remove) store.remove("things", "default", name);
          else store.put("things", object(name, value));
          look();
        }
        for (const [at, texts] of seen)
          for (const keep of [false, true, true])
            assert.deepEqual(
              store.list("things", { at, keep }).map(({ text }) => text),
              texts,
            );
        assert.deepEqual(store.since(1), events);
      }),
    );
  });
});
