import { isHeddleError, UsageError } from "../../base/index.ts";
import { type CredentialDeps, kubeconfigPaths, missingWords } from "../../cluster/index.ts";
import { planFromKubeconfig } from "./from-kubeconfig.ts";
import { type FleetPlan } from "./model.ts";
import { noCluster } from "./no-cluster.ts";

export type FleetChoice = Readonly<{
  /** --config. Excludes the next two. */
  configPath?: string | undefined;
  /** --kubeconfig: one path, instead of KUBECONFIG and ~/.kube/config. */
  kubeconfigPath?: string | undefined;
  /** --context: only these; empty: all. */
  contexts?: readonly string[] | undefined;
  /**
   * Where clusters are kept that are added to a running fleet when there is no configuration file: they stand behind the
   * contexts. Not read beside --config, whose file they are added to.
   */
  additionsPath?: string | undefined;
  /** Of contexts that are one cluster, these give it its name; else the current one does. */
  preferContexts?: readonly string[] | undefined;
  /** Instead of what the configuration says of every cluster; 0: none. */
  requestTimeoutMs?: number | undefined;
}>;

export type ResolveDeps = CredentialDeps & Readonly<{ home: string }>;

/**
 * Finds the clusters: those of a configuration file, else every context of the kubeconfigs. Reads files, contacts no
 * cluster, runs no credential plugin. Fails with a UsageError: HEDDLE_CONFIG_…, HEDDLE_KUBECONFIG_…, and
 * HEDDLE_FLEET_EMPTY, which says how to get a cluster, where there is none.
 */
export async function resolveFleet(choice: FleetChoice, deps: ResolveDeps): Promise<FleetPlan> {
  const plan = await findPlan(choice, deps);
  const { requestTimeoutMs: timeoutMs } = choice;
  if (timeoutMs === undefined) return plan;
  return {
    ...plan,
    clusters: plan.clusters.map((cluster) => ({ ...cluster, limits: { ...cluster.limits, timeoutMs } })),
  };
}

/** The files that decide which clusters there are: when one of them changes, the answer of `resolveFleet` may. */
export function fleetFiles(
  { configPath, kubeconfigPath, additionsPath }: FleetChoice,
  deps: ResolveDeps,
): readonly string[] {
  if (configPath !== undefined) return [configPath];
  const paths = kubeconfigPaths({ flag: kubeconfigPath, env: deps.env, home: deps.home });
  return additionsPath === undefined ? paths : [...paths, additionsPath];
}

async function findPlan(choice: FleetChoice, deps: ResolveDeps): Promise<FleetPlan> {
  const { configPath, kubeconfigPath, contexts = [], additionsPath } = choice;
  if (configPath !== undefined) {
    if (kubeconfigPath !== undefined)
      throw new UsageError("--config and --kubeconfig exclude each other: a configuration names its own kubeconfigs");
    if (contexts.length > 0)
      throw new UsageError(
        "--context limits the contexts of a kubeconfig; with --config, --clusters limits its clusters",
      );
    // Loaded when a file is given: most commands go by a kubeconfig, and a schema takes a while to build.
    const { loadConfig } = await import("../config/load.ts");
    const { planFromConfig } = await import("./from-config.ts");
    return planFromConfig(await loadConfig(configPath, deps), deps);
  }
  if (additionsPath === undefined) return planContexts(choice, deps);
  const { mergeAdditions, planAdditions } = await import("./additions.ts");
  const additions = await planAdditions(additionsPath, deps);
  if (additions === undefined) return planContexts(choice, deps);
  try {
    return mergeAdditions(await planContexts(choice, deps), additions);
  } catch (error) {
    // Whoever has added clusters needs no kubeconfig.
    if (isHeddleError(error, "HEDDLE_FLEET_EMPTY")) return additions;
    throw error;
  }
}

async function planContexts(
  { kubeconfigPath, contexts = [], preferContexts }: FleetChoice,
  deps: ResolveDeps,
): Promise<FleetPlan> {
  const paths = kubeconfigPaths({ flag: kubeconfigPath, env: deps.env, home: deps.home });
  try {
    return await planFromKubeconfig(paths, { only: contexts, prefer: preferContexts }, deps);
  } catch (error) {
    // A file that was named and is not there is a slip; that ~/.kube/config is missing is how most people begin.
    if (kubeconfigPath === undefined && isHeddleError(error, "HEDDLE_KUBECONFIG_MISSING"))
      throw noCluster(missingWords(paths));
    throw error;
  }
}
