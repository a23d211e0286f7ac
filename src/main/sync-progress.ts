import { type SyncProgress } from "../cli/index.ts";
import { type ClusterProgress, type KindProgress } from "../inventory/index.ts";
import { type Engine } from "./engine.ts";

/**
 * How far each cluster is, in the words of the command line: once each, then whenever it changed. Nothing where nothing
 * is kept.
 */
export async function* syncProgress(
  { live, cached }: Pick<Engine, "live" | "cached">,
  signal: AbortSignal,
): AsyncGenerator<SyncProgress> {
  if (!cached) return;
  for await (const progress of live.changes(signal)) yield inWords(progress);
}

/** Pure: counts and words for one cluster. */
export function inWords(progress: ClusterProgress): SyncProgress {
  const { cluster, synced, syncMs, objects, kinds, error } = progress;
  const listed = kinds.filter((kind) => kind.listed).length;
  const refused = kinds.filter(isRefused).length;
  return {
    cluster,
    synced,
    ...(syncMs !== undefined && { syncMs }),
    objects,
    kinds: { listed, refused, total: kinds.length },
    trouble: error?.message ?? kindTrouble(kinds),
    reached: listed > 0 || error === undefined,
  };
}

const isRefused = ({ status }: KindProgress): boolean => status === "forbidden";

/** Kinds that were followed and are not any more. That some are forbidden is how it is, and is counted. */
function kindTrouble(kinds: readonly KindProgress[]): string {
  const lost = kinds.filter(({ status, error }) => status === "catching-up" && error !== undefined);
  const [first] = lost;
  if (first === undefined) return "";
  const others = lost.length === 1 ? "" : ` and ${lost.length - 1} other kinds`;
  return `${first.resource.plural}${others}: ${first.reason}`;
}
