import { type HeddleError } from "../base/index.ts";
import { type ClusterId } from "../model/index.ts";
import { type Checks } from "./checks.ts";
import { type Entries } from "./entries.ts";
import { type Entry } from "./entry.ts";
import { removedCluster } from "./failures.ts";
import { type FleetListeners } from "./fleet-listeners.ts";
import { type LatestFeed } from "./latest-feed.ts";
import { type Fleet } from "./model.ts";

export type MembershipDeps = Readonly<{
  entries: Entries;
  /** Throws when the fleet is closed or has no such cluster. */
  entryOf(id: ClusterId): Entry;
  checks: Checks;
  feed: Pick<LatestFeed<ClusterId>, "tell">;
  listeners: Pick<FleetListeners, "tell">;
  /** Aborts when the fleet closes. */
  closed: AbortSignal;
}>;

export type Membership = Readonly<{
  operations: Pick<Fleet, "add" | "remove" | "replace" | "relabel" | "arrange">;
  /** Resolves when every entry that was taken out has closed its connections. */
  ended(): Promise<void>;
}>;

/** Clusters that come, go and change while the fleet runs. */
export function createMembership(deps: MembershipDeps): Membership {
  const { entries, entryOf, checks, feed, listeners, closed } = deps;
  const leaving = new Set<Promise<void>>();
  const end = async (entry: Entry, reason: HeddleError): Promise<void> => {
    listeners.tell({ type: "removed", id: entry.id });
    const work = entry.end(reason);
    leaving.add(work);
    await work.finally(() => leaving.delete(work));
  };
  const welcome = (entry: Entry): void => {
    listeners.tell({ type: "added", id: entry.id });
    feed.tell(entry.id);
    checks.keep(entry);
  };
  const reconsider = async (): Promise<void> => {
    for (const freed of await entries.reconsider()) checks.now(freed);
  };
  const operations: Membership["operations"] = {
    add(planned) {
      closed.throwIfAborted();
      welcome(entries.add(planned));
    },
    async remove(id) {
      const entry = entryOf(id);
      entries.take(entry);
      await Promise.all([end(entry, removedCluster(id)), reconsider()]);
    },
    async replace(planned) {
      const before = entryOf(planned.info.id);
      const entry = entries.exchange(planned);
      await end(before, removedCluster(before.id));
      // Whoever removed it again, or closed the fleet, while the old one closed, has the last word.
      if (!entry.signal.aborted) welcome(entry);
    },
    relabel: (planned) => entryOf(planned.info.id).relabel(planned),
    async arrange(ids) {
      closed.throwIfAborted();
      entries.arrange(ids);
      await reconsider();
    },
  };
  return {
    operations,
    async ended() {
      await Promise.allSettled(leaving);
    },
  };
}
