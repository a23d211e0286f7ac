import { type ClusterProgress } from "../../inventory/index.ts";
import { errorToWire, resourceName } from "../../model/index.ts";
import { viewClusters } from "../clusters-view.ts";
import { type Handler } from "../exchange.ts";
import { type ServerDeps, type ServerOptions } from "../model.ts";
import { sendJson } from "../respond.ts";
import { clusterToWire } from "./clusters.ts";

/** `GET /api/status`: how the server is: its clusters and how far they are, what it holds, who listens. */
export const status =
  (
    deps: ServerDeps,
    options: Pick<ServerOptions, "version" | "dataFolder"> & Readonly<{ startedAtMs: number }>,
  ): Handler =>
  async ({ response }) => {
    const { catalog, bus, clock } = deps;
    const views = viewClusters(deps);
    const { objects, events, bytes, waiting, renewed, notes } = catalog.stats();
    const { failing } = deps.live.recording();
    const { subscribers, missed } = bus.stats();
    sendJson(response, {
      version: options.version,
      uptimeSeconds: Math.round((clock.monotonicMs() - options.startedAtMs) / 1000),
      pid: process.pid,
      memoryBytes: process.memoryUsage.rss(),
      ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
      objects: views.reduce((sum, view) => sum + view.objects, 0),
      storeBytes: views.reduce((sum, view) => sum + view.storeBytes, 0),
      clusters: views.map((view) => ({ ...clusterToWire(view), ...progressOf(view.progress) })),
      catalog: {
        objects,
        events,
        bytes,
        waiting,
        renewed,
        notes,
        // While it cannot write, what is seen is in the store and subscribers wait.
        ...(failing && { failing: { error: errorToWire(failing.error), sinceMs: failing.sinceMs } }),
      },
      log: catalog.log.bounds(),
      subscribers: { current: subscribers, missed },
    });
  };

/** How far the cluster is, and what of it is not current. */
function progressOf(progress: ClusterProgress | undefined): object {
  if (progress === undefined) return {};
  const { kinds, syncMs } = progress;
  return {
    ...(syncMs !== undefined && { syncSeconds: syncMs / 1000 }),
    kinds: {
      total: kinds.length,
      live: kinds.filter(({ status }) => status === "live").length,
      restarts: kinds.reduce((sum, { restarts }) => sum + restarts, 0),
      mended: kinds.reduce((sum, { mended }) => sum + mended, 0),
    },
    notLive: kinds
      .filter(({ status }) => status !== "live")
      .map(({ resource, status, reason, error }) => ({
        kind: resourceName(resource),
        status,
        reason,
        ...(error && { error: errorToWire(error) }),
      })),
  };
}
