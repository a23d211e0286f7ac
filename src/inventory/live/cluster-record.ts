import { type Clock, type Logger } from "../../base/index.ts";
import { type Catalog, type RecordedCluster, type RecordedKind } from "../../catalog/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { syncEventOf, type SyncSummary } from "../../events/index.ts";
import { clusterUid } from "../../fleet/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type Recorder } from "./recorder.ts";

/** What the catalog knows of one cluster, kept in step. */
export type ClusterRecord = Readonly<{
  /** Names of kinds of which the catalog knows all that was told. */
  recorded: Set<string>;
  /**
   * What tells this cluster from another under the same id: the uid of its kube-system, else, where we may not see that
   * now, its address.
   */
  identity(): string;
  /** Up to which resourceVersion an earlier process told everything of the kind of this name, as far as is known. */
  toldTo(kind: string): string | undefined;
  /** The kinds that were recorded when the cluster was met first. */
  kinds(): readonly RecordedKind[];
  /** The cluster's first sync was told. */
  isSyncTold(): boolean;
  /**
   * Whether this is the cluster that was recorded: by its kube-system, where we may see it. False for one that is met
   * for the first time, and for another under the same id: then nothing is recorded of it.
   */
  recognise(cluster: Cluster, signal: AbortSignal): Promise<boolean>;
  /** Once, however often it must be tried. */
  tellSynced(summary: SyncSummary): void;
  /** The catalog has forgotten the cluster. */
  writeAgain(): void;
}>;

export type ClusterRecordDeps = Readonly<{ catalog: Catalog; recorder: Recorder; clock: Clock; log: Logger }>;

/** What a cluster is called whose kube-system we may not see. */
export const unknownUid = "unknown";

/** What it is told from others by, then. */
export const addressIdentity = (server: string): string => `at ${server}`;

/** Nothing is tried again once the signal aborts. */
export function createClusterRecord(
  { catalog, recorder, clock, log }: ClusterRecordDeps,
  id: ClusterId,
  signal: AbortSignal,
): ClusterRecord {
  const recorded = new Set<string>();
  let record: RecordedCluster | undefined;
  let isKnown = false;
  let kinds: readonly RecordedKind[] = [];
  let identity = "";

  const write = (): void => {
    const now = record;
    if (now === undefined || signal.aborted) return;
    // Without it a later process would not know the cluster.
    recorder.submit({ cluster: id, work: (written) => written.setCluster(now), onLost: write });
  };
  return {
    recorded,
    identity: () => identity,
    toldTo: (name) => (recorded.has(name) ? kinds.find((kind) => kindName(kind) === name)?.toldTo : undefined),
    kinds: () => kinds,
    isSyncTold: () => record?.syncedAtMs !== undefined,
    async recognise(cluster, own) {
      record ??= (await catalog.clusters()).find((one) => one.id === id);
      const seenUid = await clusterUid(cluster, own);
      identity = seenUid ?? addressIdentity(cluster.server);
      const uid = seenUid ?? record?.uid ?? unknownUid;
      if (record?.uid === uid) {
        if (isKnown) return true;
        kinds = await catalog.kinds(id);
        for (const kind of kinds) recorded.add(kindName(kind));
        isKnown = true;
        return true;
      }
      if (record !== undefined) log.info({}, "another cluster answers here than before: it is listed anew");
      recorded.clear();
      kinds = [];
      record = { id, uid };
      isKnown = true;
      write();
      return false;
    },
    tellSynced(summary) {
      const uid = record?.uid ?? unknownUid;
      record = { id, uid, syncedAtMs: clock.nowMs() };
      const event = syncEventOf({ cluster: id, uid, summary }, clock);
      const tell = (): void => {
        if (signal.aborted) return;
        recorder.submit({ cluster: id, work: { cluster: id, objects: [], events: [event] }, onLost: tell });
        write();
      };
      tell();
    },
    writeAgain: write,
  };
}
