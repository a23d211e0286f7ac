import { abortable, type Clock } from "../../base/index.ts";
import { type Resource } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { carryOver, chooseResources, failedGroupsOf } from "./choose.ts";
import { type ServedGroups } from "./groups.ts";
import { loadGroups } from "./load.ts";

/** Everything that one API server served at one moment. */
export type Snapshot = Readonly<{
  groups: ServedGroups;
  /** One version of each. */
  resources: readonly Resource[];
  failedGroups: readonly string[];
}>;

/** The latest snapshot, kept until it is forgotten. Callers at the same time share one question. */
export type Snapshots = Readonly<{
  get(signal?: AbortSignal): Promise<Snapshot>;
  /** A new one, at most every few seconds; what is known stays so until it is there, and if it fails. */
  askAgain(signal?: AbortSignal): Promise<Snapshot>;
  forget(): void;
  /** Whether `get` would ask nothing, or only wait for what is asked already. */
  isKept(): boolean;
  /** What was last known, forgotten or not. */
  latest(): Snapshot | undefined;
}>;

/** No more often than this is the server asked for something that it did not know a moment ago. */
const askAgainMs = 3_000;

export function createSnapshots({ api, clock }: Readonly<{ api: ApiClient; clock: Clock }>): Snapshots {
  let kept: Promise<Snapshot> | undefined;
  let latest: Snapshot | undefined;
  let askedAgain: Promise<Snapshot> | undefined;
  let askedAgainAtMs = -Infinity;

  const load = async (): Promise<Snapshot> => {
    const groups = carryOver(latest?.groups ?? [], await loadGroups(api));
    return { groups, resources: chooseResources(groups), failedGroups: failedGroupsOf(groups) };
  };
  /** A failure is not kept. What was forgotten on the way is not kept either: it may be older than the reason. */
  const first = async (): Promise<Snapshot> => {
    const mine = load();
    kept = mine;
    try {
      const loaded = await mine;
      if (kept === mine) latest = loaded;
      return loaded;
    } catch (error) {
      if (kept === mine) kept = undefined;
      throw error;
    }
  };
  const reload = async (): Promise<Snapshot> => {
    const before = kept;
    const loaded = await load();
    if (kept === before) {
      kept = Promise.resolve(loaded);
      latest = loaded;
    }
    return loaded;
  };
  const get = async (signal?: AbortSignal): Promise<Snapshot> => {
    signal?.throwIfAborted();
    return abortable(kept ?? first(), signal);
  };
  return {
    get,
    async askAgain(signal) {
      signal?.throwIfAborted();
      const nowMs = clock.monotonicMs();
      if (nowMs - askedAgainAtMs >= askAgainMs) {
        askedAgainAtMs = nowMs;
        askedAgain = reload();
        return abortable(askedAgain, signal);
      }
      await abortable(Promise.allSettled([askedAgain]), signal);
      return get(signal);
    },
    forget() {
      kept = undefined;
    },
    isKept: () => kept !== undefined,
    latest: () => latest,
  };
}
