import { homedir } from "node:os";
import { createLogger, HeddleError, isHeddleError } from "../base/index.ts";
import { type Catalog, type CatalogDeps, openCatalog } from "../catalog/index.ts";
import { type ServeOptions, type Serving } from "../cli/index.ts";
import { type FleetPlan, resolveFleet } from "../fleet/index.ts";
import { chooseRuntimeFolder, createCounts, createServer, type Listening } from "../server/index.ts";
import { createEngine, type Engine } from "./engine.ts";
import { runtimeSurroundings } from "./find-server.ts";
import { type OpenFleetDeps } from "./open-fleet.ts";
import { syncProgress } from "./sync-progress.ts";
import { createMembers } from "./members.ts";
import { heddleVersion } from "./version.ts";

/**
 * Starts `heddle serve`: listens, then begins to follow. What fails before it listens closes everything that was opened.
 */
export async function serve(deps: OpenFleetDeps, options: ServeOptions, signal: AbortSignal): Promise<Serving> {
  const { env, stderr, clock } = deps;
  const { fleet: choice, listen, dataFolder } = options;
  const level = choice.verbose ? "debug" : "warn";
  const log = await createLogger({ level, destination: stderr });
  const home = env["HOME"] ?? homedir();
  const plan = await resolveFleet(choice, { env, home, clock });
  await using parts = new AsyncDisposableStack();
  const catalog = parts.use(await openRecord(dataFolder, { clock, log }));
  signal.throwIfAborted();
  const counts = createCounts();
  const engine = parts.use(createEngine({ clock, log }, plan, { catalog, counts }));
  const members = createMembers(engine.fleet, plan, { env, home, clock });
  const server = parts.use(
    createServer(
      {
        ...engine,
        counts,
        about: () => ({ ...plan, source: members.source() }),
        addCluster: members.add,
        removeCluster: members.remove,
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
  const stop = parts.move();
  return servingOf(engine, plan, { listening, stop });
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

type Running = Readonly<{ listening: Listening; stop: AsyncDisposable }>;

const servingOf = (engine: Engine, plan: FleetPlan, { listening, stop }: Running): Serving => ({
  ...listening,
  source: plan.source,
  notes: plan.notes,
  warnings: plan.warnings,
  clusters: () => engine.fleet.clusters(),
  progress: (signal) => syncProgress(engine, signal),
  [Symbol.asyncDispose]: async () => stop[Symbol.asyncDispose](),
});
