import { createQueue, HeddleError, type Logger, messageOf, type Queue } from "../base/index.ts";
import { explainFleetNews, type Fleet, type FleetEdit, type FleetSource } from "../fleet/index.ts";
import { type ClusterInfo } from "../model/index.ts";

/** The files that a running fleet comes from, followed until disposed; `lines` tells people what became of edits. */
export type FollowedSource = AsyncDisposable & Readonly<{ lines: AsyncIterable<string> }>;

/** Lines that nobody has read yet; beyond it the fleet still follows, and the log tells. */
const capacity = 1_000;

/** Follows from now on, whether or not anyone reads the lines. */
export function followSource(source: FleetSource, log: Logger): FollowedSource {
  const stop = new AbortController();
  const lines = createQueue<string>(capacity);
  const following = follow(source, { lines, log }, stop.signal);
  return {
    lines,
    async [Symbol.asyncDispose]() {
      stop.abort();
      lines.close();
      await following;
    },
  };
}

async function follow(
  source: FleetSource,
  { lines, log }: Readonly<{ lines: Queue<string>; log: Logger }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const news of source.watch(signal)) {
      for (const line of explainFleetNews(news)) {
        log.info({ line }, "the configuration was edited");
        if (lines.size() < capacity) await lines.push(line);
      }
    }
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
