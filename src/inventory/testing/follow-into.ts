import { type Fleet } from "../../fleet/index.ts";
import { type ClusterId, type Resource, resourceName } from "../../model/index.ts";
import { type FreshnessState, type Store } from "../model.ts";

/** Follows kinds of one cluster into a store until the signal aborts. Resolves when each was listed, or is refused. */
export async function followInto(
  { store, fleet }: Readonly<{ store: Store; fleet: Pick<Fleet, "connect"> }>,
  { id, kinds }: Readonly<{ id: ClusterId; kinds: readonly string[] }>,
  signal: AbortSignal,
): Promise<void> {
  const cluster = await fleet.connect(id, signal);
  const resources = await cluster.discovery.resources(signal);
  const wanted = resources.filter((resource) => kinds.includes(resourceName(resource)));
  await Promise.all(wanted.map((resource) => followOne(store, { id, resource, cluster }, signal)));
}

type Followed = Readonly<{ id: ClusterId; resource: Resource; cluster: Awaited<ReturnType<Fleet["connect"]>> }>;

function followOne(store: Store, { id, resource, cluster }: Followed, signal: AbortSignal): Promise<void> {
  const settled = Promise.withResolvers<void>();
  const setFreshness = (state: FreshnessState): void => store.setFreshness({ cluster: id, resource }, state);
  const run = async (): Promise<void> => {
    for await (const event of cluster.follow(resource, { signal })) {
      if (event.type === "changes") store.apply(id, resource, event.changes);
      if (event.type === "synced") setFreshness("live");
      if (event.type === "status") setFreshness(stateOf(event.status));
      if (event.type === "synced" || (event.type === "status" && event.status === "forbidden")) settled.resolve();
    }
  };
  run().catch((error: unknown) => {
    if (!signal.aborted) settled.reject(error);
  });
  return settled.promise;
}

const stateOf = (status: string): FreshnessState => {
  if (status === "live") return "live";
  return status === "syncing" || status === "catching-up" ? "catching-up" : "stale";
};
