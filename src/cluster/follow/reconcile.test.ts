import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type KubeObject } from "../../model/index.ts";
import { createKnownObjects } from "./known-objects.ts";
import { createLedger, type Ledger } from "./reconcile.ts";
import { widgets } from "./testing/fake-api.ts";
import { createMirror } from "./testing/mirror.ts";

const object = (name: string, uid = `uid of ${name}`, resourceVersion = "1"): KubeObject => ({
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata: { name, namespace: "n", uid, resourceVersion },
});

const ledgerOf = (...objects: readonly KubeObject[]): Ledger => {
  const ledger = createLedger({ resource: widgets, known: createKnownObjects(), complete: true });
  for (const each of objects) ledger.present(each, "listed");
  ledger.take();
  return ledger;
};

const wordsOf = (ledger: Ledger): readonly string[] =>
  ledger.take().map((change) => `${change.type} ${change.object.metadata.uid ?? change.object.metadata.name}`);

describe("the ledger", () => {
  it("tells an object that is missing from a list with its identity only", () => {
    const ledger = ledgerOf(object("a"));
    ledger.beginList();
    ledger.endList();
    assert.deepEqual(ledger.take(), [{ type: "deleted", object: object("a"), finalState: "unknown" }]);
    assert.equal(ledger.size(), 0);
  });

  it("tells the end of an object before the beginning of its namesake", () => {
    const ledger = ledgerOf(object("a", "old"));
    ledger.beginList();
    ledger.present(object("a", "new"), "listed");
    ledger.endList();
    assert.deepEqual(wordsOf(ledger), ["deleted old", "created new"]);
  });

  it("takes an object of the same name in another namespace for another", () => {
    const elsewhere = { ...object("a"), metadata: { ...object("a").metadata, namespace: "m", uid: "elsewhere" } };
    const ledger = ledgerOf(object("a"));
    ledger.beginList();
    ledger.present(elsewhere, "listed");
    ledger.present(object("a"), "listed");
    ledger.endList();
    assert.deepEqual(wordsOf(ledger), ["created elsewhere"]);
  });

  it("forgets a list that was left unfinished", () => {
    const ledger = ledgerOf(object("a"), object("b"));
    ledger.beginList();
    ledger.present(object("a"), "listed");
    ledger.beginList();
    ledger.present(object("b"), "listed");
    ledger.endList();
    assert.deepEqual(wordsOf(ledger), ["deleted uid of a"]);
  });

  it("counts what is deleted while a list is read as seen", () => {
    const ledger = ledgerOf(object("a"));
    ledger.beginList();
    ledger.ended(object("a"));
    ledger.endList();
    assert.deepEqual(wordsOf(ledger), ["deleted uid of a"]);
  });

  it("tells the end of an object that it does not know to nobody", () => {
    const ledger = ledgerOf();
    ledger.ended(object("a"));
    assert.deepEqual(ledger.take(), []);
  });

  it("knows objects without uid by their name", () => {
    const bare = (resourceVersion: string): KubeObject => ({
      apiVersion: "v1",
      kind: "Bare",
      metadata: { name: "a", resourceVersion },
    });
    const ledger = ledgerOf(bare("1"));
    ledger.present(bare("2"), "modified");
    assert.deepEqual(wordsOf(ledger), ["updated a"]);
  });

  it("mends a memory that holds two objects of one name", () => {
    for (const alive of ["old", "new"]) {
      const seed = ["old", "new"].map((uid) => ({ uid, namespace: "n", name: "a", resourceVersion: "1" }));
      const ledger = createLedger({ resource: widgets, known: createKnownObjects(seed), complete: true });
      ledger.beginList();
      ledger.present(object("a", alive), "listed");
      ledger.endList();
      assert.deepEqual(wordsOf(ledger), [`deleted ${alive === "old" ? "new" : "old"}`]);
    }
  });

  it("ends equal to each list, whatever the histories between them were", () => {
    const state = fc.dictionary(
      fc.constantFrom("a", "b", "c", "d"),
      fc.record({ uid: fc.constantFrom("1", "2", "3"), resourceVersion: fc.constantFrom("x", "y", "z") }),
    );
    fc.assert(
      fc.property(fc.array(state), (states) => {
        const ledger = ledgerOf();
        const mirror = createMirror();
        for (const state of states) {
          const objects = Object.entries(state)
            .map(([name, { uid, resourceVersion }]) => object(name, name + uid, resourceVersion))
            .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
          ledger.beginList();
          for (const each of objects) ledger.present(each, "listed");
          ledger.endList();
          mirror.hear({ type: "changes", changes: ledger.take() });
          assert.deepEqual(mirror.objects(), objects);
          assert.equal(ledger.size(), objects.length);
        }
      }),
    );
  });
});
