import {
  anySignal,
  type Clock,
  createBackOff,
  type Logger,
  messageOf,
  type Random,
  toHeddleError,
} from "../../base/index.ts";
import { type RecordedObject } from "../../catalog/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type Resource } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { isAfter, isComparable } from "./resource-version.ts";
import { createResumption, type Resumption } from "./resumption.ts";
import { type Restored, type Shelf } from "./shelf.ts";
import { type Standing } from "./standing.ts";

export type ResumeDeps = Readonly<{
  store: Store;
  clock: Clock;
  random: Random;
  log: Logger;
  shelf: Shelf;
  standing: Standing;
}>;

/** One answer is missed easily where many kinds begin at once; without it a kind is listed, and what it lost is not known. */
const askAgain = { minMs: 250, maxMs: 4_000 };
/** Who has not said by then how far it is, is listed. */
const patienceMs = 30_000;

/** A kind that is shown as it was kept, and whatever else decides whether a watch can go on from there. */
export type ShownKind = Readonly<{
  cluster: Cluster;
  resource: Resource;
  kept: Restored;
  /** Where the API server is with it; undefined when it does not say. */
  now: Promise<string | undefined>;
}>;

/** Brings what is kept of a kind into the store, as it was then. Undefined when nothing is kept. */
export async function showKept(
  deps: ResumeDeps,
  { cluster, resource }: Pick<ShownKind, "cluster" | "resource">,
  signal: AbortSignal,
): Promise<ShownKind | undefined> {
  const { store, shelf, standing } = deps;
  const vain = new AbortController();
  const now = versionNow(deps, { cluster, resource }, anySignal(signal, vain.signal));
  let kept: Restored | undefined;
  try {
    kept = await shelf.restore(signal);
  } finally {
    if (kept === undefined) vain.abort(new Error("nothing is kept"));
  }
  if (kept === undefined) return undefined;
  standing.contact();
  store.restored({ cluster: cluster.id, resource }, kept.savedAtMs);
  return { cluster, resource, kept, now };
}

/** What was told of the kind; `toldTo` undefined where it is not known up to which resourceVersion that is everything. */
export type ToldKind = Readonly<{ told: readonly RecordedObject[]; toldTo: string | undefined }>;

/** From where a watch can go on. Undefined when the kind has to be listed, and compared with what is shown. */
export async function resumptionOf(
  store: Store,
  { cluster, resource, kept, now }: ShownKind,
  { told, toldTo }: ToldKind,
): Promise<Readonly<{ from: string; resumption: Resumption }> | undefined> {
  if (!canResume(kept, toldTo, await now)) return undefined;
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

/** Where the API server is with this kind; undefined when it does not say. What may pass is asked again. */
async function versionNow(
  { clock, random, log }: ResumeDeps,
  { cluster, resource }: Pick<ShownKind, "cluster" | "resource">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const untilMs = clock.monotonicMs() + patienceMs;
  const backOff = createBackOff(askAgain, random);
  while (!signal.aborted) {
    try {
      const pages = cluster.objects.pages(resource, { pageSize: 1, metadataOnly: true, brief: true, signal });
      for await (const { resourceVersion } of pages) return resourceVersion;
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      const waitMs = backOff.nextMs();
      const isLast = !toHeddleError(error).retryable || clock.monotonicMs() + waitMs > untilMs;
      log.debug({ error: messageOf(error), isLast }, "the API server does not say how far it is");
      if (isLast) return undefined;
      await clock.sleep(waitMs, signal).catch(() => {});
    }
  }
  return undefined;
}
