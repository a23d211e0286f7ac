import { type CredentialDeps } from "../../cluster/index.ts";
import { type ConfigSurroundings, parseConfig } from "../config/load.ts";
import { readIfThere } from "../config/replace-file.ts";
import { planFromConfig } from "./from-config.ts";
import { type FleetPlan } from "./model.ts";

type AdditionsDeps = CredentialDeps & ConfigSurroundings;

/**
 * The clusters that were added to a running fleet and kept in a file of their own, of the configuration's format with
 * nothing but `clusters`. Undefined where there is no such file, or none is in it. Fails as a configuration does.
 */
export async function planAdditions(path: string, deps: AdditionsDeps): Promise<FleetPlan | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const config = parseConfig(text, { ...deps, path, clustersOnly: true });
  return config.clusters.length === 0 ? undefined : planFromConfig(config, deps);
}

/**
 * A plan with additions behind its clusters. One whose id is taken is left out, by name: the contexts of a kubeconfig
 * were there first, and change under it.
 */
export function mergeAdditions(plan: FleetPlan, additions: FleetPlan): FleetPlan {
  const taken = new Map(plan.clusters.map(({ info, origin }) => [info.id, origin]));
  const added = additions.clusters.filter(({ info }) => !taken.has(info.id));
  const refused = additions.clusters.filter(({ info }) => taken.has(info.id));
  return {
    ...plan,
    source: `${plan.source} and ${additions.source}`,
    clusters: [...plan.clusters, ...added],
    warnings: [
      ...plan.warnings,
      ...additions.warnings.filter((warning) => !refused.some(({ info }) => warning.startsWith(`${info.id}: `))),
      ...refused.map(
        ({ info: { id }, origin }) =>
          `${origin} is left out: its id "${id}" is that of ${taken.get(id) ?? "another cluster"}; give it another id`,
      ),
    ],
  };
}
