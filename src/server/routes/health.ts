import { type Handler } from "../exchange.ts";
import { type ServerDeps } from "../model.ts";
import { sendJson, sendText } from "../respond.ts";
import { countAskable } from "../clusters-view.ts";

/** `GET /healthz`: this process answers. Says nothing of clusters. */
export const healthz: Handler = async ({ response }) => sendText(response, { type: "text/plain", text: "ok\n" });

/** `GET /readyz`: 200 once the first cluster can be asked, 503 before; a fleet without clusters is ready. */
export const readyz =
  (deps: Pick<ServerDeps, "fleet" | "live" | "cached">): Handler =>
  async ({ response }) => {
    const total = deps.fleet.clusters().length;
    const askable = countAskable(deps);
    const ready = askable > 0 || total === 0;
    sendJson(response, { ready, clusters: { ready: askable, total } }, ready ? 200 : 503);
  };
