import { HeddleError } from "../../base/index.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringAt } from "../../model/index.ts";
import { type ChangesDeps, followChanges, recentChanges } from "./changes.ts";
import { type ServerApi } from "./model.ts";

/** Adding a cluster waits for it to answer. */
const addPatienceMs = 60_000;

/** The server's own questions over HTTP. */
export function createServerApi(deps: ChangesDeps): ServerApi {
  const { connection } = deps;
  return {
    address: connection.address,
    status: async (signal) => objectIn(await connection.json({ path: "/api/status", signal })),
    async pageUrl(signal) {
      const url = stringAt(await connection.json({ path: "/api/page-url", body: {}, signal }), "url");
      if (url !== undefined && URL.canParse(url)) return url;
      throw unexpected("a link");
    },
    clusters: async (signal) => objectsIn(await connection.json({ path: "/api/clusters", signal })),
    async addCluster(cluster, signal) {
      const asked = { path: "/api/clusters", body: { cluster }, patienceMs: addPatienceMs, signal };
      return objectIn(await connection.json(asked));
    },
    async removeCluster(id, signal) {
      const path = `/api/clusters/${encodeURIComponent(id)}`;
      return objectIn(await connection.json({ method: "DELETE", path, signal }));
    },
    relations: async (body, signal) => objectIn(await connection.json({ path: "/api/relations", body, signal })),
    recentChanges: (filter, signal) => recentChanges(deps, filter, signal),
    changes: (filter, signal) => followChanges(deps, filter, signal),
    graphql: (body, signal) => connection.json({ path: "/graphql", body, signal }),
  };
}

function objectIn(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw unexpected("an object");
}

function objectsIn(value: JsonValue): readonly JsonObject[] {
  if (Array.isArray(value) && value.every(isJsonObject)) return value;
  throw unexpected("a list of objects");
}

const unexpected = (expected: string): HeddleError =>
  new HeddleError(`the server's answer is not ${expected}: it is of another version than this command`, {
    code: "HEDDLE_WIRE_INVALID",
  });
