import { type ServerDeps, type ServerOptions } from "../model.ts";
import { type OneTimeKeys } from "../one-time-key.ts";
import { sendJson } from "../respond.ts";
import { type Route } from "../router.ts";
import { changes } from "./changes.ts";
import { status } from "./status.ts";
import { createConsoleFiles } from "../console-files.ts";
import { type BrowserCookies } from "../session-cookie.ts";
import { consolePage, consoleRoutes } from "./console.ts";
import { clusterRoutes } from "./clusters.ts";
import { graphqlRoutes } from "./graphql.ts";
import { healthz, readyz } from "./health.ts";
import { metrics } from "./metrics.ts";
import { enter } from "./page.ts";
import { portForward, type UpgradeExchange } from "./port-forward.ts";
import { readerRoutes } from "./reader.ts";
import { relations } from "./relations.ts";
import { session } from "./session.ts";

export type ServerRoutes = Readonly<{
  routes: readonly Route[];
  /** For a page that there is not. */
  lost: Route;
  upgrade(exchange: UpgradeExchange): Promise<void>;
}>;

export type RouteOptions = ServerOptions &
  Readonly<{
    keys: OneTimeKeys;
    cookies: BrowserCookies;
    /** Where the server listens: "http://127.0.0.1:7433". */
    url: string;
    startedAtMs: number;
  }>;

/** Everything that the server answers; docs/server.md tells it for people. */
export function routesOf(deps: ServerDeps, options: RouteOptions): ServerRoutes {
  const { keys, cookies, url, consoleFolder } = options;
  const files = createConsoleFiles(consoleFolder);
  const [letIn, showConsole] = [enter({ keys, cookies }), consolePage(files)];
  return {
    routes: [
      { method: "GET", path: "/healthz", access: "open", handle: healthz },
      { method: "GET", path: "/readyz", access: "open", handle: readyz(deps) },
      {
        method: "GET",
        path: "/",
        access: ({ searchParams }) => (searchParams.has("key") ? "open" : "console"),
        handle: (exchange) => (exchange.url.searchParams.has("key") ? letIn : showConsole)(exchange),
      },
      ...consoleRoutes(files),
      { method: "GET", path: "/api/session", access: "token", handle: session(deps, options) },
      {
        method: "POST",
        path: "/api/page-url",
        access: "token",
        handle: async ({ response }) => sendJson(response, { url: `${url}/?key=${keys.issue()}` }),
      },
      ...clusterRoutes(deps),
      ...graphqlRoutes(deps, options),
      ...readerRoutes(deps),
      { method: "GET", path: "/api/status", access: "token", handle: status(deps, options) },
      { method: "POST", path: "/api/relations", access: "token", handle: relations(deps) },
      { method: "GET", path: "/metrics", access: "token", handle: metrics(deps) },
      { method: "GET", path: "/api/changes", access: "token", handle: changes(deps) },
    ],
    lost: { method: "GET", path: "", access: "console", handle: consolePage(files, 404) },
    upgrade: portForward(deps, options),
  };
}
