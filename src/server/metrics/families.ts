import { type ClusterView } from "../clusters-view.ts";
import { type ServerDeps } from "../model.ts";

/** One value and its labels, in the order of the family's. */
export type Sample = readonly [value: number, ...labels: string[]];

/** One metric: docs/metrics.md is the same in words, and a test compares the two. */
export type Family = Readonly<{
  name: `heddle_${string}`;
  type: "gauge" | "counter";
  help: string;
  labels: readonly string[];
  read(source: MetricSource): readonly Sample[];
}>;

/** `views` are taken once for all families. */
export type MetricSource = Pick<ServerDeps, "store" | "live" | "bus" | "catalog" | "counts" | "clock"> &
  Readonly<{ views: readonly ClusterView[] }>;

const perCluster =
  (value: (view: ClusterView, source: MetricSource) => number | undefined) =>
  (source: MetricSource): readonly Sample[] =>
    source.views.flatMap((view): Sample[] => {
      const found = value(view, source);
      return found === undefined ? [] : [[found, view.info.id]];
    });

const one =
  (value: (source: MetricSource) => number) =>
  (source: MetricSource): readonly Sample[] => [[value(source)]];

export const families: readonly Family[] = [
  {
    name: "heddle_objects",
    type: "gauge",
    help: "Objects in the store, by kind.",
    labels: ["cluster", "group", "kind"],
    read: ({ store }) =>
      store.stats().map(({ cluster, resource, objects }) => [objects, cluster, resource.group, resource.kind]),
  },
  {
    name: "heddle_store_bytes",
    type: "gauge",
    help: "Bytes of memory that hold the texts of a cluster's objects.",
    labels: ["cluster"],
    read: perCluster(({ storeBytes }) => storeBytes),
  },
  {
    name: "heddle_watch_restarts_total",
    type: "counter",
    help: "Watches that broke off and were begun again, by kind.",
    labels: ["cluster", "group", "kind"],
    read: ({ views }) =>
      views.flatMap(({ info, progress }) =>
        (progress?.kinds ?? []).map(({ resource, restarts }): Sample => [
          restarts,
          info.id,
          resource.group,
          resource.kind,
        ]),
      ),
  },
  {
    name: "heddle_watch_mended_total",
    type: "counter",
    help: "Differences between store and cluster that a resync found and mended, by kind.",
    labels: ["cluster", "group", "kind"],
    read: ({ views }) =>
      views.flatMap(({ info, progress }) =>
        (progress?.kinds ?? []).map(({ resource, mended }): Sample => [mended, info.id, resource.group, resource.kind]),
      ),
  },
  {
    name: "heddle_watch_lag_seconds",
    type: "gauge",
    help: "Seconds since anything last came from the cluster's watches; API servers send a bookmark about once a minute.",
    labels: ["cluster"],
    read: perCluster(({ progress }, { clock }) =>
      progress?.lastChangeAtMs === undefined ? undefined : Math.max(0, clock.nowMs() - progress.lastChangeAtMs) / 1000,
    ),
  },
  {
    name: "heddle_cluster_up",
    type: "gauge",
    help: "1 when the cluster's last health check found it answering, else 0.",
    labels: ["cluster"],
    read: perCluster(({ health }) => (health.state === "Connected" || health.state === "Degraded" ? 1 : 0)),
  },
  {
    name: "heddle_cluster_sync_seconds",
    type: "gauge",
    help: "Seconds that the first sync of the cluster took; missing until it is done.",
    labels: ["cluster"],
    read: perCluster(({ progress }) => (progress?.syncMs === undefined ? undefined : progress.syncMs / 1000)),
  },
  {
    name: "heddle_api_requests_total",
    type: "counter",
    help: "Tries of requests to the cluster's API server, by verb and HTTP status (failed: no answer came).",
    labels: ["cluster", "verb", "code"],
    read: ({ counts }) => counts.requests().map(({ cluster, verb, code, count }) => [count, cluster, verb, code]),
  },
  {
    name: "heddle_events_total",
    type: "counter",
    help: "Change events published, by type.",
    labels: ["type"],
    read: ({ counts }) => [...counts.events()].map(([type, count]) => [count, type]),
  },
  {
    name: "heddle_event_subscribers",
    type: "gauge",
    help: "Subscribers of changes: /api/changes, GraphQL subscriptions, the library.",
    labels: [],
    read: one(({ bus }) => bus.stats().subscribers),
  },
  {
    name: "heddle_events_missed_total",
    type: "counter",
    help: "Events that slow subscribers could no longer be given from memory.",
    labels: [],
    read: one(({ bus }) => bus.stats().missed),
  },
  {
    name: "heddle_catalog_objects",
    type: "gauge",
    help: "Objects recorded in the catalog.",
    labels: [],
    read: one(({ catalog }) => catalog.stats().objects),
  },
  {
    name: "heddle_catalog_events",
    type: "gauge",
    help: "Change events that the log holds.",
    labels: [],
    read: one(({ catalog }) => catalog.stats().events),
  },
  {
    name: "heddle_catalog_bytes",
    type: "gauge",
    help: "Bytes of the catalog's files.",
    labels: [],
    read: one(({ catalog }) => catalog.stats().bytes),
  },
  {
    name: "heddle_catalog_waiting_batches",
    type: "gauge",
    help: "Batches of changes that wait for their commit.",
    labels: [],
    read: one(({ catalog }) => catalog.stats().waiting),
  },
  {
    name: "heddle_catalog_failing",
    type: "gauge",
    help: "1 while the catalog cannot write (disk full), so that subscribers wait, else 0.",
    labels: [],
    read: one(({ live }) => (live.recording().failing === undefined ? 0 : 1)),
  },
  {
    name: "heddle_catalog_renewed_total",
    type: "counter",
    help: "Times that a damaged catalog was set aside and begun anew.",
    labels: [],
    read: one(({ catalog }) => catalog.stats().renewed),
  },
];
