import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ClusterId, parseClusterId } from "../model/index.ts";
import { findRepeats, type Reached } from "./repeats.ts";

const entry = (id: string, uid?: string): Reached => ({ id: parseClusterId(id), uid });

describe("findRepeats", () => {
  it("refuses the later of two that reach the same cluster, naming the first", () => {
    assert.deepEqual([...findRepeats([entry("a", "1"), entry("b", "2"), entry("c", "1")])], [["c", "a"]]);
  });

  it("names the first also to the third", () => {
    assert.deepEqual([...findRepeats([entry("a", "1"), entry("b", "1"), entry("c", "1")]).values()], ["a", "a"]);
  });

  it("leaves alone what was never reached", () => {
    assert.equal(findRepeats([entry("a"), entry("b"), entry("c", "1")]).size, 0);
  });

  it("lets exactly the first of each cluster through", () => {
    const uids = fc.array(fc.option(fc.constantFrom("1", "2", "3"), { nil: undefined }));
    fc.assert(
      fc.property(uids, (uids) => {
        const entries = uids.map((uid, index) => entry(`c${index}`, uid));
        const repeats = findRepeats(entries);
        const firsts = new Map<string, ClusterId>();
        for (const { id, uid } of entries) if (uid !== undefined && !firsts.has(uid)) firsts.set(uid, id);
        for (const { id, uid } of entries) {
          const first = uid === undefined ? undefined : firsts.get(uid);
          assert.equal(repeats.get(id), first === id ? undefined : first);
        }
      }),
    );
  });
});
