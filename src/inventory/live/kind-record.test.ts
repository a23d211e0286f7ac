import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, createSeededRandom, silentLogger } from "../../base/index.ts";
import { type Catalog, createMemoryCatalog } from "../../catalog/index.ts";
import { createBus } from "../../events/index.ts";
import { type Change, parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { createKindRecord } from "./kind-record.ts";
import { createRecorder } from "./recorder.ts";

const id = parseClusterId("prod");
const resource = resourceOf("v1", "ConfigMap");
const { signal } = new AbortController();

const created = (name: string): Change => ({
  type: "created",
  object: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "web", uid: name, resourceVersion: "1" },
  },
});

function begin() {
  const clock = createManualClock();
  const memory = createMemoryCatalog({ clock });
  let drops = 0;
  const catalog: Catalog = {
    ...memory,
    dropKind: (cluster, kind) => {
      drops += 1;
      return memory.dropKind(cluster, kind);
    },
  };
  const deps = { catalog, bus: createBus(), clock, random: createSeededRandom(1), log: silentLogger };
  const recorder = createRecorder(deps);
  const options = { id, resource, isSyncTold: () => false, recorded: new Set<string>(), onCompare: () => {} };
  const record = createKindRecord({ store: createStore({ clock }), catalog, recorder, clock }, options);
  return {
    record,
    drops: () => drops,
    list: (...names: readonly string[]) => {
      const changes = names.map(created);
      record.tell({ apply: changes, news: [], unrecorded: changes });
    },
    async recorded() {
      await recorder.settled(id, signal);
      const slices = await Array.fromAsync(catalog.objects(id, resource));
      return slices.flat().map(({ name }) => name);
    },
  };
}

describe("the record of a kind", () => {
  it("forgets nothing before the first list: there is nothing", async () => {
    const { record, drops, list, recorded } = begin();
    assert.equal(await record.begin(signal), "nothing-yet");
    list("a");
    record.complete();
    assert.deepEqual(await recorded(), ["a"]);
    assert.equal(drops(), 0);
  });

  it("forgets what a list left that was broken off", async () => {
    const { record, list, recorded } = begin();
    await record.begin(signal);
    list("gone-meanwhile");
    await record.begin(signal);
    list("a");
    record.complete();
    assert.deepEqual(await recorded(), ["a"]);
  });
});
