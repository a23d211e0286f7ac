import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, silentLogger as log } from "../../base/index.ts";
import { openAddressBook } from "../addresses/book.ts";
import { address, bookFolder, key, pools, wantedOf } from "../addresses/testing/samples.ts";
import { type PodFacts } from "../node/model.ts";
import { namePods } from "./name-pods.ts";

const podAt = (name: string, text: string, changes: Partial<PodFacts> = {}): PodFacts => ({
  uid: `uid-${name}`,
  namespace: "web",
  name,
  addresses: [address(text)],
  hostNetwork: false,
  finished: false,
  ...changes,
});

describe("attachments that nobody told the pods of", () => {
  it("get them from the API server, by address, as soon as it tells", async () => {
    await using folder = await bookFolder();
    await using book = openAddressBook({ clock: createManualClock(), log }, { path: folder.path, bootId: "boot" });
    for (const id of ["a", "b", "c"]) book.reserve(key(id), wantedOf(pools("10.0.0.0/29")));
    const told = { namespace: "web", name: "told-by-the-runtime" };
    book.describe(key("b"), told);
    const named = (pods: readonly PodFacts[]): readonly (string | undefined)[] => {
      namePods({ book, node: { view: () => ({ others: [], pods, complete: true }) }, log });
      return book.attachments().map(({ pod }) => pod?.name);
    };
    assert.deepEqual(named([]), [undefined, told.name, undefined]);
    const pods = [
      podAt("over", "10.0.0.2", { finished: true }),
      podAt("of-the-node", "10.0.0.4", { hostNetwork: true }),
      podAt("api-0", "10.0.0.2"),
      podAt("another", "10.0.0.3"),
    ];
    assert.deepEqual(named(pods), ["api-0", told.name, undefined]);
    assert.deepEqual(book.find(key("a"))?.pod, { namespace: "web", name: "api-0", uid: "uid-api-0" });
  });
});
