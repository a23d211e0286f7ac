import { defaultLive } from "../config/model.ts";
import { type FleetPlan, type PlannedCluster } from "../plan/model.ts";

/** A plan of these clusters; all else is as without a configuration file. */
export const planOf = (clusters: readonly PlannedCluster[], rest: Partial<FleetPlan> = {}): FleetPlan => ({
  source: "a test",
  clusters,
  notes: [],
  warnings: [],
  defaultNamespace: "default",
  workerPoolSize: defaultLive.workerPoolSize,
  live: defaultLive,
  ...rest,
});
