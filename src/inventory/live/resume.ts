import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type RecordedObject } from "../../catalog/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type Resource } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { type Memory } from "./memory.ts";
import { isAfter, isComparable } from "./resource-version.ts";
import { createResumption, type Resumption } from "./resumption.ts";
import { type Restored, type Shelf } from "./shelf.ts";
import { type Standing } from "./standing.ts";

export { type Resumption } from "./resumption.ts";

export type ResumeDeps = Readonly<{
  store: Store;
  clock: Clock;
  log: Logger;
  shelf: Shelf;
  /** Learns what is kept. */
  memory: Memory;
  standing: Standing;
}>;

export type ResumedKind = Readonly<{
  cluster: Cluster;
  resource: Resource;
  told: readonly RecordedObject[];
  /** Undefined: it is not known up to where. */
  toldTo: string | undefined;
}>;

/**
 * Shows what is kept of a kind at once, as it was, and tells from where a watch can go on. Undefined when it has to be
 * listed as if nothing were known, which what is shown is then compared with.
 */
export async function beginResumption(
  deps: ResumeDeps,
  { cluster, resource, told, toldTo }: ResumedKind,
  signal: AbortSignal,
): Promise<Readonly<{ from: string; resumption: Resumption }> | undefined> {
  const { store, shelf, memory, standing, log } = deps;
  const asking = versionNow(cluster, resource, { signal, log });
  const kept = await shelf.restore(signal);
  if (kept === undefined) return undefined;
  standing.contact();
  store.restored({ cluster: cluster.id, resource }, kept.savedAtMs);
  const now = await asking;
  if (!canResume(kept, toldTo, now)) return undefined;
  for (const object of kept.objects) memory.set(object);
  const find: Parameters<typeof createResumption>[0]["find"] = ({ uid, namespace, name }) => {
    const place = namespace === "" ? {} : { namespace };
    const stored = store.get({ cluster: cluster.id, group: resource.group, kind: resource.kind, ...place, name });
    return stored?.ref.uid === uid ? stored.object() : undefined;
  };
  const options = { resource, told, toldTo, keptTo: kept.upTo, kept: kept.objects, find };
  return { from: kept.cursor, resumption: createResumption(options) };
}

/**
 * A watch from a version that is not there yet is answered by silence until it is: a cluster that was set back to an
 * earlier state by its backup would seem to stand still. And what was told of a time that never came is no measure.
 */
function canResume({ cursor, upTo }: Restored, toldTo: string | undefined, now: string | undefined): toldTo is string {
  const versions = [cursor, upTo, toldTo];
  return isComparable(now) && versions.every((version) => isComparable(version) && !isAfter(version, now));
}

/** Where the API server is with this kind; undefined when it does not say. */
async function versionNow(
  { objects }: Cluster,
  resource: Resource,
  { signal, log }: Readonly<{ signal: AbortSignal; log: Logger }>,
): Promise<string | undefined> {
  try {
    const pages = objects.pages(resource, { pageSize: 1, metadataOnly: true, brief: true, signal });
    for await (const { resourceVersion } of pages) return resourceVersion;
  } catch (error) {
    if (!signal.aborted) log.debug({ error: messageOf(error) }, "the API server does not say how far it is");
  }
  return undefined;
}
