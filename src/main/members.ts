import { homedir } from "node:os";
import { UsageError } from "../base/index.ts";
import { type Fleet, type FleetPlan, parseConfig, planFromConfig, type ResolveDeps } from "../fleet/index.ts";
import { type ClusterId, type ClusterInfo, type JsonObject } from "../model/index.ts";

/** Which clusters a running fleet has, changed from outside. */
export type Members = Readonly<{
  source(): string;
  add(entry: JsonObject): Promise<ClusterInfo>;
  remove(id: ClusterId): Promise<void>;
}>;

/** Adds and removes clusters of a fleet that runs. */
export function createMembers(fleet: Fleet, plan: FleetPlan, deps: ResolveDeps): Members {
  return {
    source: () => plan.source,
    async add(entry) {
      const text = JSON.stringify({ clusters: [entry] });
      const config = parseConfig(text, { ...deps, home: deps.home || homedir(), path: "the new cluster" });
      const { clusters } = await planFromConfig(config, deps);
      const [planned] = clusters;
      if (planned === undefined) throw new UsageError("no cluster is given");
      fleet.add(planned);
      return planned.info;
    },
    remove: (id) => fleet.remove(id),
  };
}
