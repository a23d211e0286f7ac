import { type ReadableStream } from "node:stream/web";
import { type JsonObject } from "../../model/index.ts";
import { readJson } from "../body.ts";
import { fieldsOf } from "../fields.ts";
import { type Exchange, type Handler, isStopping } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { type About, createContext } from "../graphql/context.ts";
import { type Execute } from "../graphql/execute.ts";
import { type Explorer } from "../graphql/explorer.ts";
import { type ServerDeps, type ServerOptions } from "../model.ts";
import { protectiveHeaders, sendText, write } from "../respond.ts";
import { type Route } from "../router.ts";

/** `/graphql`: POST asks, GET shows the explorer page. Both are loaded when they are first asked for. */
export function graphqlRoutes(
  deps: ServerDeps,
  { enableMutations, version, demo = false }: Pick<ServerOptions, "enableMutations" | "version" | "demo">,
): readonly Route[] {
  const startedAtMs = deps.clock.nowMs();
  const about = (): About => ({ ...deps.about(), version, enableMutations, demo, startedAtMs });
  let execute: Promise<Execute> | undefined;
  let explorer: Promise<Explorer> | undefined;
  const loadExecute = async (): Promise<Execute> =>
    (await import("../graphql/execute.ts")).createExecute({ enableMutations, log: deps.log });
  const loadExplorer = async (): Promise<Explorer> => (await import("../graphql/explorer.ts")).loadExplorer();

  const ask: Handler = async (exchange) => {
    const { signal, who } = exchange;
    const question = questionOf(await readJson(exchange));
    const run = await (execute ??= loadExecute());
    const answer = await run(requestOf(exchange, question), createContext(deps, { about, signal, who }));
    await sendAnswer(exchange, answer);
  };
  const show: Handler = async ({ response }) => {
    const { html, policy } = await (explorer ??= loadExplorer());
    const headers = { "content-security-policy": policy };
    sendText(response, { type: "text/html; charset=utf-8", text: html, headers });
  };
  const asset: Handler = async ({ response, parameters }) => {
    const found = (await (explorer ??= loadExplorer())).assets.get(parameters["name"] ?? "");
    if (found === undefined) throw new ServerError(404, "HEDDLE_SERVER_NO_ROUTE", "the explorer has no such part");
    sendText(response, { ...found, headers: { "cache-control": "private, max-age=31536000, immutable" } });
  };
  return [
    { method: "POST", path: "/graphql", access: "page", handle: ask },
    { method: "GET", path: "/graphql", access: "page", handle: show },
    { method: "GET", path: "/graphql/assets/:name", access: "page", handle: asset },
  ];
}

/** GraphQL over HTTP's parameters, each of its type. */
function questionOf(body: JsonObject): string {
  const fields = fieldsOf(body, ["query", "variables", "operationName", "extensions"]);
  return JSON.stringify({
    query: fields.text("query"),
    variables: fields.optionalObject("variables"),
    operationName: fields.optionalText("operationName"),
  });
}

function requestOf({ request, signal }: Exchange, body: string): Request {
  const accept = request.headers.accept ?? "application/json";
  return new Request("http://heddle/graphql", {
    method: "POST",
    body,
    headers: { accept, "content-type": "application/json" },
    signal,
  });
}

/** Hands an answer on piece by piece, each pulled when there is room for it. */
async function sendAnswer(exchange: Exchange, { status, headers, body }: Response): Promise<void> {
  const { response } = exchange;
  response.writeHead(status, {
    ...protectiveHeaders,
    "content-type": headers.get("content-type") ?? "application/json",
  });
  response.flushHeaders();
  try {
    for await (const piece of (body ?? []) as ReadableStream<Uint8Array>) await write(exchange, piece);
  } catch (error) {
    if (!isStopping(exchange)) throw error;
    response.write(": goodbye\n\n");
  }
  response.end();
}
