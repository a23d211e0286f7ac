import { resolve } from "node:path";
import { createQueue, HeddleError, type Logger, messageOf } from "../base/index.ts";
import { kubeconfigPaths } from "../cluster/index.ts";
import {
  explainFleetNews,
  type Fleet,
  type FleetChoice,
  type FleetEdit,
  type FleetSource,
  type ResolveDeps,
} from "../fleet/index.ts";
import { type ClusterInfo, type FleetOrigin } from "../model/index.ts";

/** The files that a running fleet comes from, followed until disposed; `lines` tells people what became of edits. */
export type FollowedSource = AsyncDisposable &
  Readonly<{
    lines: AsyncIterable<string>;
    begin(): void;
    /** One more line. */
    tell(line: string): void;
  }>;

/** Lines that nobody has read yet; beyond it the fleet still follows, and the log tells. */
const capacity = 1_000;

/** Follows from `begin` on, whether or not anyone reads the lines. */
export function followSource(source: FleetSource, log: Logger): FollowedSource {
  const stop = new AbortController();
  const lines = createQueue<string>(capacity);
  const tell = (line: string): void => {
    log.info({ line }, "which clusters there are");
    if (lines.size() < capacity) void lines.push(line);
  };
  let following: Promise<void> | undefined;
  return {
    lines,
    tell,
    begin: () => void (following ??= follow(source, { tell, log }, stop.signal)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      lines.close();
      await following;
    },
  };
}

async function follow(
  source: FleetSource,
  { tell, log }: Readonly<{ tell(line: string): void; log: Logger }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const news of source.watch(signal)) explainFleetNews(news).forEach(tell);
  } catch (error) {
    if (!signal.aborted) log.error({ error: messageOf(error) }, "the configuration is no longer followed");
  }
}

/** The cluster that an edit added, and what is worth knowing of it. */
export function added(
  fleet: Fleet,
  { id, file, notes }: FleetEdit,
): ClusterInfo & Readonly<{ notes: readonly string[] }> {
  const info = fleet.clusters().find((cluster) => cluster.id === id);
  if (info === undefined)
    throw new HeddleError(`${id} was added and is gone again`, { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" });
  return { ...info, notes: [...(file === undefined ? [] : [`kept in ${file}`]), ...notes] };
}

/** Where a fleet's clusters come from, in absolute paths. */
export function originOf(choice: FleetChoice, deps: ResolveDeps): FleetOrigin {
  const { configPath, kubeconfigPath: flag, contexts = [], additionsPath } = choice;
  const { env, home } = deps;
  return {
    ...(configPath !== undefined && { configPath: resolve(configPath) }),
    kubeconfigPaths: configPath === undefined ? kubeconfigPaths({ flag, env, home }).map((path) => resolve(path)) : [],
    contexts,
    ...(additionsPath !== undefined && { additionsPath: resolve(additionsPath) }),
  };
}
