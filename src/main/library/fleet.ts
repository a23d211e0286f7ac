import { homedir } from "node:os";
import { join } from "node:path";
import { anySignal, HeddleError, silentLogger, systemClock } from "../../base/index.ts";
import { createMemoryCatalog, createTexts, openCatalog } from "../../catalog/index.ts";
import { type ChangeEvent } from "../../events/index.ts";
import { resolveFleet } from "../../fleet/index.ts";
import { describeRelations, type StoredObject } from "../../inventory/index.ts";
import { attributesOf } from "../../model/index.ts";
import { createEngine, type Engine } from "../engine.ts";
import { findClusters, findKinds, findObject } from "./find.ts";
import {
  type ChangesOptions,
  type ClusterView,
  type FoundObject,
  type ListQuery,
  type LiveFleet,
  type LiveFleetOptions,
  type MissedChanges,
} from "./model.ts";
import { paged, slices } from "./paged.ts";

const defaultPageSize = 500;
/** The store gives no more relations of one object than asked for: beyond this nobody reads them. */
const relationsLimit = 100_000;

/** Finds the clusters, as the command does, and begins to follow them. Resolves before any has answered. */
export async function createFleet(options: LiveFleetOptions = {}): Promise<LiveFleet> {
  const { kubeconfig, contexts, config, dataFolder, signal } = options;
  const [clock, log, env] = [systemClock, silentLogger, process.env];
  const choice = { configPath: config, kubeconfigPath: kubeconfig, contexts };
  const plan = await resolveFleet(choice, { env, home: env["HOME"] ?? homedir(), clock });
  signal?.throwIfAborted();
  const deps = { clock, log };
  const catalog =
    dataFolder === undefined ? createMemoryCatalog(deps) : await openCatalog(deps, { folder: dataFolder });
  const isKept = dataFolder !== undefined && plan.live.enableDiskCache;
  const texts = isKept ? createTexts(deps, { folder: join(dataFolder, "texts") }) : undefined;
  const engine = createEngine(deps, plan, { catalog, texts });
  engine.fleet.start();
  engine.live.start();
  return fleetOn(engine);
}

function fleetOn(engine: Engine): LiveFleet {
  const { fleet, store, live } = engine;
  const ended = new AbortController();
  const until = (signal: AbortSignal | undefined): AbortSignal => anySignal(signal, ended.signal);
  return {
    clusters: () => viewsOf(engine),
    async synced(signal) {
      const waiting = new Set(fleet.clusters().map(({ id }) => id));
      for await (const { cluster, synced, error } of live.changes(until(signal))) {
        if (synced || error !== undefined) waiting.delete(cluster);
        if (waiting.size === 0) return;
      }
      until(signal).throwIfAborted();
    },
    list: (query) => paged(() => pagesOf(engine, query, ended.signal)),
    get(query) {
      const name = findObject(engine, query);
      const stored = name && store.get(name);
      return stored && foundObject(stored);
    },
    relations: (query, { pageSize = defaultPageSize, ...asked } = {}) =>
      paged(async function* () {
        const name = findObject(engine, query);
        const found = name && describeRelations(store, name, { ...asked, limit: relationsLimit });
        yield* slices(found?.relations ?? [], checkedSize(pageSize));
      }),
    changes: (asked = {}) => changesOf(engine, { ...asked, signal: until(asked.signal) }),
    async [Symbol.asyncDispose]() {
      ended.abort(new HeddleError("the fleet is closed", { code: "HEDDLE_FLEET_CLOSED" }));
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function* pagesOf(engine: Engine, query: ListQuery, signal: AbortSignal): AsyncGenerator<readonly FoundObject[]> {
  const { kind, namespace, labelSelector, fieldSelector, sort, pageSize = defaultPageSize } = query;
  const clusters = findClusters(engine, query.clusters);
  const kinds = findKinds(engine, clusters, kind);
  const namespaces = namespace === undefined ? undefined : [namespace];
  const asked = { clusters, kinds, namespaces, labelSelector, fieldSelector, sort, limit: checkedSize(pageSize) };
  let cursor: string | undefined;
  do {
    const page = await engine.store.query({ ...asked, cursor }, signal);
    if (page.objects.length > 0) yield page.objects.map(foundObject);
    cursor = page.next;
  } while (cursor !== undefined);
}

function checkedSize(pageSize: number): number {
  if (Number.isInteger(pageSize) && pageSize > 0) return pageSize;
  throw new HeddleError(`pageSize ${pageSize}: expected a whole number above 0`, { code: "HEDDLE_QUERY_INVALID" });
}

function foundObject({ ref, object }: StoredObject): FoundObject {
  let parsed: ReturnType<typeof object> | undefined;
  return {
    ref,
    get object() {
      return (parsed ??= object());
    },
    get attributes() {
      return attributesOf(this.object);
    },
  };
}

async function* changesOf(
  { changes }: Engine,
  { after, signal = new AbortController().signal }: ChangesOptions,
): AsyncGenerator<ChangeEvent | MissedChanges> {
  for await (const delivery of changes.follow({ after: after === undefined ? undefined : Number(after), signal })) {
    if (delivery.type === "missed") yield delivery;
    else for (const { text } of delivery.records) yield JSON.parse(text) as ChangeEvent;
  }
}

function viewsOf({ fleet, live, store }: Engine): readonly ClusterView[] {
  const progress = new Map(live.progress().map((one) => [one.cluster, one]));
  return fleet.summaries().map((summary) => {
    const { id } = summary.info;
    const own = progress.get(id);
    const freshness = store.kinds(id).map((kind) => kind.freshness);
    return {
      ...summary,
      synced: own?.synced ?? false,
      objects: own?.objects ?? 0,
      freshness: freshness.find(({ state }) => state !== "live") ?? freshness[0],
    };
  });
}
