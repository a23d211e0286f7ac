import { type ServerSession } from "../../model/index.ts";
import { type Handler } from "../exchange.ts";
import { type ServerDeps, type ServerOptions } from "../model.ts";
import { sendJson } from "../respond.ts";

/** `GET /api/session`: what a command must know before it asks. */
export const session =
  (
    { about, fleet, cached }: Pick<ServerDeps, "about" | "fleet" | "cached">,
    { version, enableMutations }: Pick<ServerOptions, "version" | "enableMutations">,
  ): Handler =>
  async ({ response }) => {
    const { source, defaultNamespace, notes, warnings, origin } = about();
    sendJson(response, {
      version,
      source,
      defaultNamespace,
      notes,
      warnings,
      enableMutations,
      cached,
      clusters: fleet.clusters(),
      origin,
    } satisfies ServerSession);
  };
