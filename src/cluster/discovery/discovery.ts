import { type Clock } from "../../base/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type Discovery } from "../model.ts";
import { matchKind } from "./match.ts";
import { createSnapshots } from "./snapshots.ts";
import { unknownKind } from "./unknown-kind.ts";

/**
 * Discovery of one API server. Asks when it is first needed and keeps the answer until `refresh`; callers at the same
 * time share one question, and one caller's abort is not another's. A failure is thrown and not kept. A kind that is
 * not known is asked for once more, every few seconds at most: its definition may just have come.
 */
export function createDiscovery(deps: Readonly<{ api: ApiClient; clock: Clock }>): Discovery {
  const snapshots = createSnapshots(deps);
  return {
    resources: async (signal) => (await snapshots.get(signal)).resources,
    async find(kind, signal) {
      const wasKept = snapshots.isKept();
      const known = await snapshots.get(signal);
      const found = matchKind(known.groups, kind);
      if (found.length > 0) return found;
      // An answer that was given to this very question is as fresh as can be.
      const fresh = wasKept ? await snapshots.askAgain(signal) : known;
      const foundNow = matchKind(fresh.groups, kind);
      if (foundNow.length === 0) throw unknownKind(kind, fresh);
      return foundNow;
    },
    refresh: () => snapshots.forget(),
    failedGroups: () => snapshots.latest()?.failedGroups ?? [],
  };
}
