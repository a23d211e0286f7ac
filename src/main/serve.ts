import { homedir } from "node:os";
import { join } from "node:path";
import { createLogger, HeddleError, isHeddleError } from "../base/index.ts";
import { type Catalog, type CatalogDeps, openCatalog } from "../catalog/index.ts";
import { type ServeOptions, type Serving } from "../cli/index.ts";
import { createFleetSource, resolveFleet } from "../fleet/index.ts";
import { type Store } from "../inventory/index.ts";
import { chooseRuntimeFolder, createCounts, createServer, parseListen } from "../server/index.ts";
import { onDemo, startDemo, wantsDemo } from "./demo.ts";
import { createEngine } from "./engine.ts";
import { runtimeSurroundings } from "./find-server.ts";
import { fleetChoice, type OpenFleetDeps } from "./open-fleet.ts";
import { added, followSource, originOf } from "./follow-source.ts";
import { syncProgress } from "./sync-progress.ts";
import { heddleVersion } from "./version.ts";

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
  const demo = parts.use(await startDemo(options.demo, deps.clock));
  const { source, notes } = demo;
  const serving = parts.use(await serveClusters(deps, { ...onDemo(options, demo), told: { source, notes } }, signal));
  const ending = parts.move();
  return { ...serving, [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose]() };
}

/** `told`: what is said of where the clusters come from, instead of what their files say. */
type ClustersOptions = ServeOptions & Readonly<{ told?: Readonly<{ source: string; notes: readonly string[] }> }>;

async function serveClusters(deps: OpenFleetDeps, options: ClustersOptions, signal: AbortSignal): Promise<Serving> {
  const { env, stderr, clock } = deps;
  const { fleet: choice, listen, dataFolder, told } = options;
  parseListen(listen);
  const level = choice.verbose ? "debug" : "warn";
  const log = await createLogger({ level, destination: stderr });
  const home = env["HOME"] ?? homedir();
  const additionsPath = choice.configPath === undefined ? join(dataFolder, "clusters.yaml") : undefined;
  const members = { ...fleetChoice(choice), additionsPath };
  const resolving = { env, home, clock };
  const plan = await resolveFleet(members, resolving);
  await using parts = new AsyncDisposableStack();
  const catalog = parts.use(await openRecord(dataFolder, { clock, log }));
  signal.throwIfAborted();
  const counts = createCounts();
  const engine = parts.use(createEngine({ clock, log }, plan, { catalog, counts }));
  const source = createFleetSource(resolving, { fleet: engine.fleet, plan, choice: members });
  const news = parts.use(followSource(source, log));
  const server = parts.use(
    createServer(
      {
        ...engine,
        counts,
        about: () => ({ ...source.plan(), ...(told && { source: told.source }), origin: originOf(members, resolving) }),
        async addCluster(entry) {
          const info = added(engine.fleet, await source.add(entry));
          news.tell(`added ${info.id}`);
          return info;
        },
        async removeCluster(id) {
          const removed = await source.remove(id);
          news.tell(`removed ${id}`);
          return removed;
        },
        clock,
        log,
      },
      {
        listen,
        runtimeFolder: await chooseRuntimeFolder(runtimeSurroundings(env)),
        enableMutations: plan.live.enableMutations,
        version: heddleVersion(),
        dataFolder,
      },
    ),
  );
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

/** That another server has the folder is no mistake in the command line: exit code 1, and what was given is named. */
async function openRecord(folder: string, deps: CatalogDeps): Promise<Catalog> {
  try {
    return await openCatalog(deps, { folder });
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    throw new HeddleError(`--data ${folder}: ${error.message}`, { code: error.code, cause: error });
  }
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
