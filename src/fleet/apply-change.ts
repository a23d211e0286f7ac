import { type ClusterId } from "../model/index.ts";
import { type Fleet } from "./model.ts";
import { differenceOf, type FleetChange } from "./plan/fleet-change.ts";
import { type PlannedCluster } from "./plan/model.ts";

/**
 * Makes a running fleet what a change says; resolves when what was removed has closed its connections. Applied again it
 * does nothing, and what the fleet has or lacks already is left as it is.
 */
export async function applyFleetChange(fleet: Fleet, change: FleetChange): Promise<void> {
  const has = (id: ClusterId): boolean => fleet.clusters().some((info) => info.id === id);
  const put = async (planned: PlannedCluster): Promise<void> => {
    if (!has(planned.info.id)) return fleet.add(planned);
    const difference = differenceOf(fleet.planned(planned.info.id), planned);
    if (difference === "connection") await fleet.replace(planned);
    else if (difference !== "none") fleet.relabel(planned);
  };
  // First of all those that go: one that comes may be the same cluster.
  const removals = change.removed.filter(has).map((id) => fleet.remove(id));
  const rest = [...change.replaced, ...change.relabelled, ...change.moved].filter(({ info }) => has(info.id));
  await Promise.all([...removals, ...rest.map(put), ...change.added.map(put)]);
  if (change.order !== undefined) await fleet.arrange(change.order);
}
