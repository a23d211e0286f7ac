import { HeddleError, isHeddleError, systemRandom, UsageError } from "../base/index.ts";
import {
  connectToServer,
  createServerApi,
  createServerReader,
  type FleetOptions,
  type FleetSession,
  type ServedSession,
  type ServerConnection,
} from "../cli/index.ts";
import { type ClusterInfo, type FleetOrigin, type ServerSession, sessionFromWire } from "../model/index.ts";
import { chooseServer, findServer, type ServerChoice } from "./find-server.ts";
import { type OpenFleetDeps } from "./open-fleet.ts";

/** With the running server where one serves the chosen clusters, else with the clusters themselves. */
export async function openSession(
  deps: OpenFleetDeps,
  options: FleetOptions,
  signal: AbortSignal,
): Promise<FleetSession> {
  const reached = await reachServer(deps, options, signal);
  if ("missing" in reached) return { ...(await openDirect(deps, options)), directBecause: reached.missing };
  const { connection, told } = reached;
  const asked = askedClusters(deps, options, reached.choice);
  if (asked === undefined) return serve(deps, options, { connection, told, clusters: told.clusters });
  const direct = await openDirect(deps, options);
  const clusters = servedOf(told.clusters, direct.reader.clusters());
  if (clusters === undefined) {
    connection[Symbol.dispose]();
    return {
      ...direct,
      directBecause: `${asked} names other clusters than the server at ${connection.address} serves`,
    };
  }
  await direct[Symbol.asyncDispose]();
  return serve(deps, options, { connection, told, clusters });
}

/** With the running server; fails with HEDDLE_SERVER_UNREACHABLE, which says how to start one. */
export async function openServerSession(
  deps: OpenFleetDeps,
  options: FleetOptions,
  signal: AbortSignal,
): Promise<ServedSession> {
  const reached = await reachServer(deps, options, signal);
  if ("missing" in reached)
    throw new HeddleError(`${reached.missing}: this needs one, start it by \`heddle serve\``, {
      code: "HEDDLE_SERVER_UNREACHABLE",
    });
  return serve(deps, options, { ...reached, clusters: reached.told.clusters });
}

type Reached = Readonly<{ connection: ServerConnection; told: ServerSession; choice: ServerChoice }>;

/** Asks the server who it is. Where nobody named one, that there is none is an answer. */
async function reachServer(
  { env, clock }: OpenFleetDeps,
  options: FleetOptions,
  signal: AbortSignal,
): Promise<Reached | Readonly<{ missing: string }>> {
  const choice = chooseServer(options.server, env);
  refuseBoth(options);
  const found = await findServer(choice.address, env);
  if ("missing" in found) return missing(found.missing, choice);
  const renew = async (): Promise<string | undefined> => {
    const now = await findServer(choice.address, env);
    return "access" in now ? now.access.token : undefined;
  };
  const connection = connectToServer({ ...found.access, renew }, clock);
  try {
    const told = sessionFromWire(await connection.json({ path: "/api/session", patienceMs: 5_000, signal }));
    return { connection, told, choice };
  } catch (error) {
    connection[Symbol.dispose]();
    if (!isHeddleError(error) || signal.aborted) throw error;
    return missing(error.message, choice);
  }
}

function missing(words: string, { named }: ServerChoice): Readonly<{ missing: string }> {
  if (named === undefined) return { missing: words };
  throw new HeddleError(
    `${named}: ${words} (or none that lets you in); start one by \`heddle serve\`, or leave ${named} out`,
    { code: "HEDDLE_SERVER_UNREACHABLE", retryable: true },
  );
}

function refuseBoth({ server, configPath, kubeconfigPath, contexts }: FleetOptions): void {
  if (server === undefined || (configPath === undefined && kubeconfigPath === undefined && contexts.length === 0))
    return;
  throw new UsageError(
    "--server asks a server about the clusters that it serves: leave --config, --kubeconfig and --context out, and choose by --clusters",
  );
}

/** What names clusters beside the server, if anything does: a flag, or KUBECONFIG where nobody named the server. */
function askedClusters({ env }: OpenFleetDeps, options: FleetOptions, { named }: ServerChoice): string | undefined {
  if (options.configPath !== undefined) return "--config";
  if (options.kubeconfigPath !== undefined) return "--kubeconfig";
  if (options.contexts.length > 0) return "--context";
  return named === undefined && env["KUBECONFIG"] ? "KUBECONFIG" : undefined;
}

/** The planned clusters as the server has them; undefined when it lacks one of them. */
function servedOf(served: readonly ClusterInfo[], planned: readonly ClusterInfo[]): readonly ClusterInfo[] | undefined {
  const wanted = new Set(planned.map(keyOf));
  const found = served.filter((cluster) => wanted.has(keyOf(cluster)));
  return found.length === wanted.size ? found : undefined;
}

const keyOf = ({ id, server }: ClusterInfo): string => `${id} ${URL.parse(server)?.href ?? server}`;

type Served = Readonly<{ connection: ServerConnection; told: ServerSession; clusters: readonly ClusterInfo[] }>;

function serve(deps: OpenFleetDeps, options: FleetOptions, { connection, told, clusters }: Served): ServedSession {
  const { clock } = deps;
  const tools = { connection, clock, random: systemRandom };
  const direct = lazily(() => openDirect(deps, options, told.origin));
  const ofCluster = async (id: string): Promise<FleetSession> => {
    const session = await direct.get();
    if (session.reader.clusters().some((cluster) => cluster.id === id)) return session;
    throw new HeddleError(
      `cluster ${id} is no longer in the files of the server at ${connection.address}: logs, commands and ports go to the cluster itself`,
      { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" },
    );
  };
  return {
    reader: createServerReader(tools, clusters),
    server: createServerApi(tools),
    cached: told.cached,
    source: told.source,
    defaultNamespace: told.defaultNamespace,
    notes: told.notes,
    // The server said them when it started.
    warnings: [],
    selectClusters: async (choice) => (await import("../fleet/index.ts")).selectClusters(clusters, choice),
    podStreams: async (id) => (await ofCluster(id)).podStreams(id),
    checkAccess: async (id, signal) => (await ofCluster(id)).checkAccess(id, signal),
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      await (await direct.made())?.[Symbol.asyncDispose]();
    },
  };
}

/** Loaded when the clusters themselves are asked: a server's answers need no client. */
async function openDirect(deps: OpenFleetDeps, options: FleetOptions, origin?: FleetOrigin): Promise<FleetSession> {
  const { openFleet } = await import("./open-fleet.ts");
  return openFleet(deps)(options, origin);
}

type Lazy<T> = Readonly<{ get(): Promise<T>; made(): Promise<T | undefined> }>;

/** Made once, by the first who asks; `made` waits for one that is on its way and never fails. */
function lazily<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get: () => (made ??= make()),
    made: async () => made?.catch(() => undefined),
  };
}
