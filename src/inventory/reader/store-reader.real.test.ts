import { join } from "node:path";
import { systemClock } from "../../base/index.ts";
import { openFleet } from "../../fleet/testing/real-fleet.ts";
import { describeReader } from "../../model/testing/reader-contract.ts";
import { createStore } from "../store.ts";
import { followInto } from "../testing/follow-into.ts";
import { createStoreReader } from "./store-reader.ts";

/** Secrets are left out: what the store does not hold is asked of the clusters. */
const kinds = ["configmaps", "nodes", "pods", "namespaces"];

describeReader({
  name: "a reader of the store",
  freshness: "live",
  async open(folder, contexts) {
    const { fleet, reader: direct, ids, ...opened } = await openFleet(join(folder, "config"), contexts);
    const store = createStore({ clock: systemClock });
    const ended = new AbortController();
    const followed = ids.map((id) => followInto({ store, fleet }, { id, kinds }, ended.signal));
    await Promise.allSettled(followed);
    return {
      reader: createStoreReader({ store, fleet, direct, clock: systemClock }),
      ids,
      async [Symbol.asyncDispose]() {
        ended.abort();
        await opened[Symbol.asyncDispose]();
      },
    };
  },
});
