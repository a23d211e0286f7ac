import { HeddleError } from "../base/index.ts";
import { type EventRecord } from "../events/index.ts";
import { type ClusterId } from "../model/index.ts";
import { checkBatch, kindKey } from "./batch.ts";
import {
  type Catalog,
  type CatalogBatch,
  type CatalogDeps,
  defaultLogLimits,
  type LogLimits,
  type MemoryCatalogOptions,
  type RecordedCluster,
  type RecordedKind,
  type RecordedObject,
} from "./model.ts";
import { firstSequenceAfter } from "./sequence.ts";
import { nextTurn } from "./turn.ts";

type KindRecord = { kind: RecordedKind; complete: boolean; objects: Map<string, RecordedObject> };

/** `cluster` is missing when batches came before `setCluster`. */
type ClusterRecord = { cluster?: RecordedCluster; kinds: Map<string, KindRecord> };

const sliceLength = 2_000;
const eventsBackASlice = 500;

/** A catalog that ends with the process: nothing to write, so that every batch is recorded at once. */
export function createMemoryCatalog(
  { clock }: Pick<CatalogDeps, "clock">,
  options: MemoryCatalogOptions = {},
): Catalog {
  const clusters = new Map<ClusterId, ClusterRecord>();
  const log = createMemoryLog(firstSequenceAfter(clock.nowMs()), options.limits ?? defaultLogLimits);
  let closed = false;

  const changing = async <T>(change: () => T): Promise<T> => {
    if (closed) throw new HeddleError("The catalog is closed.", { code: "HEDDLE_CATALOG_CLOSED" });
    return change();
  };
  const clusterRecord = (id: ClusterId): ClusterRecord => {
    const record = clusters.get(id) ?? { kinds: new Map() };
    clusters.set(id, record);
    return record;
  };
  return {
    clusters: async () => [...clusters.values()].flatMap(({ cluster }) => (cluster === undefined ? [] : [cluster])),
    setCluster: (cluster) =>
      changing(() => {
        const record = clusterRecord(cluster.id);
        if (record.cluster !== undefined && record.cluster.uid !== cluster.uid) record.kinds.clear();
        record.cluster = { ...cluster };
      }),
    kinds: async (id) => [...kindsOf(clusters.get(id))].filter(({ complete }) => complete).map(({ kind }) => kind),
    async *objects(id, { group, kind }) {
      const record = clusters.get(id)?.kinds.get(kindKey(group, kind));
      if (record?.complete !== true) return;
      const all = [...record.objects.values()];
      for (let start = 0; start < all.length; start += sliceLength) {
        yield all.slice(start, start + sliceLength);
        await nextTurn();
      }
    },
    record: (batch) =>
      changing(() => {
        checkBatch(batch);
        const records = log.prepare(batch);
        if (batch.kind !== undefined) recordObjects(clusterRecord(batch.cluster), batch.kind, batch);
        log.append(records);
        return records;
      }),
    dropKind: (id, { group, kind }) => changing(() => void clusters.get(id)?.kinds.delete(kindKey(group, kind))),
    dropCluster: (id) => changing(() => void clusters.delete(id)),
    log,
    stats: () => ({
      objects: [...clusters.values()].flatMap(kindsOf).reduce((sum, { objects }) => sum + objects.size, 0),
      events: log.held(),
      bytes: 0,
      waiting: 0,
      renewed: 0,
      notes: [],
    }),
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

const kindsOf = (record: ClusterRecord | undefined): readonly KindRecord[] => [...(record?.kinds.values() ?? [])];

function recordObjects(cluster: ClusterRecord, kind: RecordedKind, batch: CatalogBatch): void {
  const key = kindKey(kind.group, kind.kind);
  const record = cluster.kinds.get(key) ?? { kind, complete: false, objects: new Map() };
  cluster.kinds.set(key, record);
  record.kind = { ...record.kind, ...kind };
  for (const entry of batch.objects) {
    if (entry.type === "present") record.objects.set(entry.object.uid, { ...entry.object });
    else record.objects.delete(entry.uid);
  }
  record.complete ||= batch.complete === true;
}

/** The bounded log; `prepare` gives sequences and texts, and changes nothing in case a text fails. */
function createMemoryLog(base: number, limits: LogLimits) {
  let held: EventRecord[] = [];
  let start = 0;
  let bytes = 0;
  let last = base;
  const trim = (): void => {
    while (held.length - start > limits.events || bytes > limits.bytes) {
      const oldest = held[start];
      if (oldest === undefined) break;
      bytes -= Buffer.byteLength(oldest.text);
      start += 1;
    }
    if (start > 256 && start > held.length / 4) {
      held = held.slice(start);
      start = 0;
    }
  };
  return {
    held: () => held.length - start,
    prepare: ({ events }: CatalogBatch): readonly EventRecord[] =>
      events.map((event, index) => {
        const sequence = last + 1 + index;
        return { ...event, sequence, text: event.text(sequence) };
      }),
    append(records: readonly EventRecord[]): void {
      for (const record of records) {
        held.push(record);
        bytes += Buffer.byteLength(record.text);
        last = record.sequence;
      }
      trim();
    },
    bounds: () => ({ first: held[start]?.sequence ?? last + 1, last }),
    async read(after: number, limit: number): Promise<readonly EventRecord[]> {
      const first = held[start]?.sequence ?? last + 1;
      const from = start + Math.max(0, after + 1 - first);
      return held.slice(from, from + limit);
    },
    async readBack(before: number, limit: number): Promise<readonly EventRecord[]> {
      const first = held[start]?.sequence ?? last + 1;
      const end = start + Math.min(Math.max(0, before - first), held.length - start);
      return held.slice(Math.max(start, end - Math.min(limit, eventsBackASlice)), end).toReversed();
    },
  };
}
