import { homedir } from "node:os";
import { delimiter } from "node:path";
import { type Clock, createLogger, type Logger, silentLogger, systemRandom } from "../base/index.ts";
import { type FleetOptions, type FleetSession } from "../cli/index.ts";
import {
  checkAccess,
  createClusterReader,
  createFleet,
  type Fleet,
  type FleetPlan,
  resolveFleet,
  selectClusters,
} from "../fleet/index.ts";
import { type FleetOrigin } from "../model/index.ts";
import { heddleVersion } from "./version.ts";

export type OpenFleetDeps = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  stderr: NodeJS.WritableStream;
  clock: Clock;
}>;

/**
 * What commands call to get at the clusters: reads the configuration, contacts no cluster. `origin`: the files of a
 * running server instead of what the flags say.
 */
export const openFleet =
  (deps: OpenFleetDeps) =>
  async (options: FleetOptions, origin?: FleetOrigin): Promise<FleetSession> => {
    const { clock, stderr } = deps;
    const home = deps.env["HOME"] ?? homedir();
    const env = origin === undefined ? deps.env : { ...deps.env, KUBECONFIG: origin.kubeconfigPaths.join(delimiter) };
    const plan = await resolveFleet({ ...fleetChoice(options), ...origin }, { env, home, clock });
    const log = options.verbose ? await createLogger({ level: "debug", destination: stderr }) : silentLogger;
    const fleet = createFleet(
      { clock, random: systemRandom, log },
      { clusters: plan.clusters, workerPoolSize: plan.workerPoolSize, userAgent: `heddle/${heddleVersion()}` },
    );
    return sessionOf(fleet, plan, { clock, log });
  };

/** The flags that say which clusters, as the fleet takes them. */
export const fleetChoice = ({ configPath, kubeconfigPath, contexts, requestTimeoutMs }: FleetOptions) => ({
  configPath,
  kubeconfigPath,
  contexts,
  requestTimeoutMs,
});

function sessionOf(
  fleet: Fleet,
  plan: FleetPlan,
  { clock, log }: Readonly<{ clock: Clock; log: Logger }>,
): FleetSession {
  log.debug({ source: plan.source, clusters: plan.clusters.length }, "fleet");
  return {
    reader: createClusterReader(fleet, { clock, random: systemRandom }),
    source: plan.source,
    defaultNamespace: plan.defaultNamespace,
    notes: plan.notes,
    warnings: plan.warnings,
    selectClusters: async (choice) => selectClusters(fleet.clusters(), choice),
    podStreams: async (id) => (await fleet.connect(id, neverAborted)).pods,
    checkAccess: async (id, signal) => checkAccess(await fleet.connect(id, signal), signal, clock),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

/** Opening a stream ends with its own signal; connecting has its own time limit. */
const neverAborted = new AbortController().signal;
