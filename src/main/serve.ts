import { homedir } from "node:os";
import { join } from "node:path";
import { createLogger, HeddleError, isHeddleError, type Logger } from "../base/index.ts";
import { type Catalog, type CatalogDeps, createTexts, openCatalog, type Texts } from "../catalog/index.ts";
import { type ServeOptions, type Serving } from "../cli/index.ts";
import { createFleetSource, type Fleet, type FleetPlan, type FleetSource, resolveFleet } from "../fleet/index.ts";
import { type Store } from "../inventory/index.ts";
import {
  chooseRuntimeFolder,
  createCounts,
  createServer,
  parseListen,
  type ServerDeps,
  type ServerOptions,
} from "../server/index.ts";
import { onDemo, startDemo, wantsDemo } from "./demo.ts";
import { createEngine } from "./engine.ts";
import { runtimeSurroundings } from "./find-server.ts";
import { fleetChoice, type OpenFleetDeps } from "./open-fleet.ts";
import { added, followSource, originOf } from "./follow-source.ts";
import { syncProgress } from "./sync-progress.ts";
import { consoleFolder, heddleVersion } from "./version.ts";

/**
 * Starts `heddle serve`: listens, then begins to follow. What fails before it listens closes everything that was opened.
 * On a demo, if one is wanted, which ends with the server.
 */
export async function serve(deps: OpenFleetDeps, options: ServeOptions, signal: AbortSignal): Promise<Serving> {
  const additionsPath = join(options.dataFolder, "clusters.yaml");
  const choice = { ...fleetChoice(options.fleet), additionsPath };
  if (options.demo === undefined || !(await wantsDemo(options.demo, choice, deps.env)))
    return serveClusters(deps, options, signal);
  parseListen(options.listen);
  await using parts = new AsyncDisposableStack();
  const demo = parts.use(await startDemo(options.demo, { clock: deps.clock, signal }));
  signal.addEventListener("abort", demo.still, { once: true });
  const { source, notes } = demo;
  const serving = parts.use(await serveClusters(deps, { ...onDemo(options, demo), told: { source, notes } }, signal));
  const ending = parts.move();
  return { ...serving, [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose]() };
}

/** `told`: what is said of where the clusters come from, instead of what their files say. */
type ClustersOptions = ServeOptions & Readonly<{ told?: Readonly<{ source: string; notes: readonly string[] }> }>;

async function serveClusters(deps: OpenFleetDeps, options: ClustersOptions, signal: AbortSignal): Promise<Serving> {
  const { clock } = deps;
  const { dataFolder, told } = options;
  parseListen(options.listen);
  const { log, members, resolving, plan } = await planClusters(deps, options);
  await using parts = new AsyncDisposableStack();
  const catalog = parts.use(await openRecord(dataFolder, { clock, log }));
  signal.throwIfAborted();
  const counts = createCounts();
  const texts = textsOf(plan, { log, folder: dataFolder });
  const engine = parts.use(createEngine({ clock, log }, plan, { catalog, texts, counts }));
  const source = createFleetSource(resolving, { fleet: engine.fleet, plan, choice: members });
  const news = parts.use(followSource(source, log));
  const origin = originOf(members, resolving);
  const about = () => ({ ...source.plan(), ...(told && { source: told.source }), origin });
  const membership = membershipOf(engine.fleet, source, news);
  const surroundings = { ...engine, ...membership, counts, about, clock, log };
  const server = parts.use(createServer(surroundings, await serverOptions(deps, options, plan)));
  const listening = await server.listen();
  signal.throwIfAborted();
  engine.fleet.start();
  if (plan.live.enableCache) engine.live.start();
  news.begin();
  const stop = parts.move();
  return {
    ...listening,
    source: plan.source,
    notes: plan.notes,
    ...told,
    warnings: plan.warnings,
    clusters: () => engine.fleet.clusters(),
    example: () => exampleOf(engine.store),
    progress: (stopped) => syncProgress(engine, stopped),
    news: () => news.lines,
    [Symbol.asyncDispose]: () => stop[Symbol.asyncDispose](),
  };
}

/** Reads which clusters there are, those that were added while an earlier server ran among them; contacts none. */
async function planClusters({ env, stderr, clock }: OpenFleetDeps, { fleet: choice, dataFolder }: ClustersOptions) {
  const log = await createLogger({ level: choice.verbose ? "debug" : "warn", destination: stderr });
  const additionsPath = choice.configPath === undefined ? join(dataFolder, "clusters.yaml") : undefined;
  const members = { ...fleetChoice(choice), additionsPath };
  const resolving = { env, home: env["HOME"] ?? homedir(), clock };
  return { log, members, resolving, plan: await resolveFleet(members, resolving) };
}

const serverOptions = async (
  { env }: OpenFleetDeps,
  { listen, dataFolder, told }: ClustersOptions,
  { live }: FleetPlan,
): Promise<ServerOptions> => ({
  listen,
  runtimeFolder: await chooseRuntimeFolder(runtimeSurroundings(env)),
  enableMutations: live.enableMutations,
  version: heddleVersion(),
  demo: told !== undefined,
  consoleFolder: consoleFolder(),
  dataFolder,
});

/** Clusters that come and go through the server: kept in the files of the fleet's source, and told. */
const membershipOf = (
  fleet: Fleet,
  source: FleetSource,
  news: Readonly<{ tell(line: string): void }>,
): Pick<ServerDeps, "addCluster" | "removeCluster"> => ({
  async addCluster(entry) {
    const info = added(fleet, await source.add(entry));
    news.tell(`added ${info.id}`);
    return info;
  },
  async removeCluster(id) {
    const removed = await source.remove(id);
    news.tell(`removed ${id}`);
    return removed;
  },
});

/** That another server has the folder is no mistake in the command line: exit code 1, and what was given is named. */
async function openRecord(folder: string, deps: CatalogDeps): Promise<Catalog> {
  try {
    return await openCatalog(deps, { folder });
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    throw new HeddleError(`--data ${folder}: ${error.message}`, { code: error.code, cause: error });
  }
}

/** Where objects are kept for the next start; what an earlier process kept there is removed when that is not wanted. */
function textsOf({ live }: FleetPlan, { log, folder }: Readonly<{ log: Logger; folder: string }>): Texts | undefined {
  const texts = createTexts({ log }, { folder: join(folder, "texts") });
  if (live.enableCache && live.enableDiskCache) return texts;
  void texts.keepClusters([]);
  return undefined;
}

/** A Deployment, else a node: what a person who tries `heddle tree` is glad to see. */
async function exampleOf(store: Store): Promise<string | undefined> {
  for (const [word, kind] of [
    ["deploy", { group: "apps", kind: "Deployment" }],
    ["node", { group: "", kind: "Node" }],
  ] as const) {
    const [found] = (await store.query({ kinds: [kind], limit: 1 })).objects;
    if (found !== undefined)
      return `${word}/${found.ref.name}${found.ref.namespace === undefined ? "" : ` -n ${found.ref.namespace}`}`;
  }
  return undefined;
}
