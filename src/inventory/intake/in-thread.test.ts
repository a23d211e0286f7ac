import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { createInThreadTaker } from "./in-thread.ts";
import { takenBatch } from "./model.ts";
import { describeTaker, linesOf } from "./testing/taker-contract.ts";

describeTaker("in this thread", async () => createInThreadTaker({ relations: true }));

describe("a list taker in this thread", () => {
  it("leaves nothing of a list that it failed on to another", async () => {
    await using taker = createInThreadTaker({ relations: true });
    const pods = resourceOf("v1", "Pod");
    const podOf = (name: string, ownerReferences: unknown) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "shop", uid: name, resourceVersion: "1", ownerReferences },
    });
    using broken = taker.begin(pods);
    assert.throws(() => void broken.take(linesOf([podOf("a", []), podOf("b", "no list")])), TypeError);
    using whole = taker.begin(pods);
    const { batch } = await whole.take(linesOf([podOf("c", [])]));
    const store = createStore({ clock: createManualClock() });
    store.take(parseClusterId("prod"), pods, takenBatch(batch));
    assert.equal((await store.query({})).json.toString(), JSON.stringify([podOf("c", [])]));
  });
});
