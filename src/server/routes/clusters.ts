import { type ClusterId, errorToWire, type JsonObject, objectAt, summaryToWire } from "../../model/index.ts";
import { readJson } from "../body.ts";
import { type ClusterView, viewClusters } from "../clusters-view.ts";
import { ServerError } from "../failures.ts";
import { type ServerDeps } from "../model.ts";
import { sendJson } from "../respond.ts";
import { type Route } from "../router.ts";

/** `/api/clusters`: which there are and how they are; adding and removing one while the server runs. */
export const clusterRoutes = (deps: ServerDeps): readonly Route[] => [
  {
    method: "GET",
    path: "/api/clusters",
    access: "token",
    handle: async ({ response }) => sendJson(response, viewClusters(deps).map(clusterToWire)),
  },
  {
    method: "POST",
    path: "/api/clusters",
    access: "token",
    async handle(exchange) {
      const { response, signal, who } = exchange;
      const entry: JsonObject = objectAt(await readJson(exchange), "cluster");
      if (Object.keys(entry).length === 0)
        throw new ServerError(
          400,
          "HEDDLE_SERVER_QUESTION_INVALID",
          'expected {"cluster": {…}}, an entry of the configuration file',
        );
      const info = await deps.addCluster(entry, signal);
      deps.log.info({ who, cluster: info.id, result: "added" }, "a cluster was added");
      sendJson(response, info, 201);
    },
  },
  {
    method: "DELETE",
    path: "/api/clusters/:id",
    access: "token",
    async handle({ response, signal, parameters, who }) {
      const id = (parameters["id"] ?? "") as ClusterId;
      const { notes } = await deps.removeCluster(id, signal);
      deps.log.info({ who, cluster: id, result: "removed" }, "a cluster was removed");
      sendJson(response, { removed: id, notes });
    },
  },
];

/** A row: the summary as the Reader gives it, objects, when it last answered, and how far it can be trusted. */
export function clusterToWire(view: ClusterView): object {
  const { progress, objects, storeBytes, freshness, lastSuccessAtMs, ...summary } = view;
  const synced = progress?.synced ?? false;
  const error = progress?.error;
  return {
    ...(summaryToWire(summary) as object),
    objects,
    storeBytes,
    synced,
    ...(freshness && { freshness }),
    ...(lastSuccessAtMs !== undefined && { lastSuccessAtMs }),
    ...(error && { error: errorToWire(error) }),
  };
}
