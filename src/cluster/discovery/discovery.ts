import { abortable, type Clock } from "../../base/index.ts";
import { type Resource } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type Discovery } from "../model.ts";
import { carryOver, chooseResources, failedGroupsOf } from "./choose.ts";
import { type ServedGroups } from "./groups.ts";
import { loadGroups } from "./load.ts";
import { matchKind } from "./match.ts";
import { unknownKind } from "./unknown-kind.ts";

/** After an unknown kind the server is asked again, a CRD may just have come, but not more often than this. */
const askAgainMs = 3_000;

type Snapshot = Readonly<{ groups: ServedGroups; resources: readonly Resource[]; failedGroups: readonly string[] }>;

/**
 * Discovery of one API server. Asks when it is first needed and keeps the answer until `refresh`; callers at the same
 * time share one question, and one caller's abort is not another's. A failure is thrown and not kept.
 */
export function createDiscovery({ api, clock }: Readonly<{ api: ApiClient; clock: Clock }>): Discovery {
  let loading: Promise<Snapshot> | undefined;
  let latest: Snapshot | undefined;
  let askedAgainAtMs = -Infinity;

  const load = async (): Promise<Snapshot> => {
    const groups = carryOver(latest?.groups ?? [], await loadGroups(api));
    return { groups, resources: chooseResources(groups), failedGroups: failedGroupsOf(groups) };
  };
  const snapshot = async (signal?: AbortSignal): Promise<Snapshot> => {
    if (loading === undefined) {
      const mine = load();
      loading = mine;
      mine.then(
        (loaded) => {
          if (loading === mine) latest = loaded;
        },
        () => {
          if (loading === mine) loading = undefined;
        },
      );
    }
    return abortable(loading, signal);
  };
  const refresh = (): void => {
    loading = undefined;
  };
  /** Asks again at most every `askAgainMs`, and not when the answer at hand is only just being given. */
  const askAgain = async (stale: Promise<Snapshot> | undefined, signal?: AbortSignal): Promise<Snapshot> => {
    const nowMs = clock.monotonicMs();
    if (stale !== undefined && stale === loading && nowMs - askedAgainAtMs >= askAgainMs) {
      askedAgainAtMs = nowMs;
      refresh();
    }
    return snapshot(signal);
  };

  return {
    resources: async (signal) => (await snapshot(signal)).resources,
    async find(kind, signal) {
      const kept = loading;
      const known = matchKind((await snapshot(signal)).groups, kind);
      if (known.length > 0) return known;
      const fresh = await askAgain(kept, signal);
      const found = matchKind(fresh.groups, kind);
      if (found.length === 0) throw unknownKind(kind, fresh);
      return found;
    },
    refresh,
    failedGroups: () => latest?.failedGroups ?? [],
  };
}
