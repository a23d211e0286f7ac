import { type Clock } from "../base/index.ts";
import { type ClusterId, type Freshness, type Resource } from "../model/index.ts";
import { kindName, type KindRef } from "./kind-ref.ts";
import { type ClusterFreshness, type FreshnessState, type KindState } from "./model.ts";
import { compareTexts } from "./query/sort.ts";
import { createTable, type Table, type TableDeps } from "./table/table.ts";

/** Every kind of every cluster, with how far it can be trusted. */
export type Tables = Readonly<{
  /** Made when it is not there yet, catching up from now on. */
  obtain(cluster: ClusterId, resource: Resource): Table;
  find(cluster: ClusterId, kind: KindRef): Table | undefined;
  ofCluster(cluster: ClusterId): Iterable<Table>;
  /** In order of their names. Undefined: all. */
  select(
    choice: Readonly<{ clusters?: readonly ClusterId[] | undefined; kinds?: readonly KindRef[] | undefined }>,
  ): readonly Table[];
  /** What is dropped is empty from then on for whoever still holds it. */
  drop(cluster: ClusterId, kind?: KindRef): readonly Table[];
  /** False when that is its state already. */
  setFreshness(table: Table, state: FreshnessState): boolean;
  /** All of it is there, as it was at that time. */
  restored(table: Table, sinceMs: number): void;
  freshness(table: Table): Freshness;
  state(table: Table): KindState;
}>;

export function createTables(deps: TableDeps & Readonly<{ clock: Clock }>): Tables {
  const clusters = new Map<ClusterId, Map<string, Table>>();
  const states = new WeakMap<Table, Freshness>();
  const complete = new WeakSet<Table>();
  /** Of what was restored and not live since: it is as old as it was then, however it stands now. */
  const restoredAt = new WeakMap<Table, number>();
  let sorted: readonly Table[] | undefined;
  const since = (state: "catching-up" | "stale"): Freshness => ({ state, sinceMs: deps.clock.nowMs() });

  const find = (cluster: ClusterId, kind: KindRef): Table | undefined => clusters.get(cluster)?.get(kindName(kind));
  const freshness = (table: Table): Freshness => states.get(table) ?? since("stale");
  const obtain = (cluster: ClusterId, resource: Resource): Table => {
    const known = find(cluster, resource);
    if (known !== undefined) return known;
    const table = createTable(deps, { cluster, resource });
    const kinds = clusters.get(cluster) ?? new Map<string, Table>();
    clusters.set(cluster, kinds.set(kindName(resource), table));
    states.set(table, since("catching-up"));
    sorted = undefined;
    return table;
  };
  const inOrder = (): readonly Table[] =>
    (sorted ??= [...clusters.values()]
      .flatMap((kinds) => [...kinds.values()])
      .toSorted((a, b) => compareTexts(a.name, b.name)));
  return {
    obtain,
    find,
    ofCluster: (cluster) => clusters.get(cluster)?.values() ?? [],
    select({ clusters: ids, kinds }) {
      const wantedKinds = kinds && new Set(kinds.map(kindName));
      const wantedIds = ids && new Set(ids);
      return inOrder().filter(
        ({ cluster, resource }) => (wantedIds?.has(cluster) ?? true) && (wantedKinds?.has(kindName(resource)) ?? true),
      );
    },
    drop(cluster, kind) {
      const kinds = clusters.get(cluster);
      const dropped = [...(kinds?.values() ?? [])].filter(
        ({ resource }) => kind === undefined || kindName(resource) === kindName(kind),
      );
      for (const { resource, texts } of dropped) {
        kinds?.delete(kindName(resource));
        texts.close();
      }
      if (kinds?.size === 0) clusters.delete(cluster);
      sorted = undefined;
      return dropped;
    },
    setFreshness(table, state) {
      if (state === "live") {
        complete.add(table);
        restoredAt.delete(table);
      }
      if (states.get(table)?.state === state) return false;
      const sinceMs = restoredAt.get(table) ?? deps.clock.nowMs();
      states.set(table, state === "live" ? { state } : { state, sinceMs });
      return true;
    },
    restored(table, sinceMs) {
      complete.add(table);
      restoredAt.set(table, sinceMs);
      states.set(table, { state: "catching-up", sinceMs });
    },
    freshness,
    state: (table) => ({ resource: table.resource, freshness: freshness(table), complete: complete.has(table) }),
  };
}

const severity: readonly Freshness["state"][] = ["direct", "live", "catching-up", "stale"];

/** One entry a cluster, in the tables' order: the worst state; of equal ones the one that began first. */
export function worstFreshness(tables: readonly Table[], of: Tables["freshness"]): readonly ClusterFreshness[] {
  const worst = new Map<ClusterId, Freshness>();
  for (const table of tables) {
    const [known, own] = [worst.get(table.cluster), of(table)];
    if (known === undefined || isWorse(own, known)) worst.set(table.cluster, own);
  }
  return [...worst].map(([cluster, freshness]) => ({ cluster, freshness }));
}

function isWorse(a: Freshness, b: Freshness): boolean {
  const order = severity.indexOf(a.state) - severity.indexOf(b.state);
  if (order !== 0) return order > 0;
  return "sinceMs" in a && "sinceMs" in b && a.sinceMs < b.sinceMs;
}
