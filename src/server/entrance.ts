import { userInfo } from "node:os";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { type Socket } from "node:net";
import { abortable, anySignal, type HeddleError, isAbort, type Logger, toHeddleError } from "../base/index.ts";
import { errorToWire, type ServerAddress } from "../model/index.ts";
import { ClientGone, type Exchange } from "./exchange.ts";
import { ServerError, serverStops, statusOf } from "./failures.ts";
import { guard, type GuardFacts, type RouteAccess } from "./guard.ts";
import { ownHosts } from "./listen.ts";
import { type OneTimeKeys } from "./one-time-key.ts";
import { type HtmlPage, sendHtml, wantsHtml } from "./html-page.ts";
import { sendError } from "./respond.ts";
import { createRouter, type Routed } from "./router.ts";
import { type AccessSecret } from "./secret.ts";
import { type BrowserSecrets, sessionIn, visitIn } from "./session-cookie.ts";
import { type ServerRoutes } from "./routes/index.ts";

export type EntranceOptions = Readonly<{
  token: AccessSecret;
  /** What browsers that were let in show. */
  browser: BrowserSecrets;
  keys: OneTimeKeys;
  log: Logger;
  stopping: AbortSignal;
}>;

/** Where every request comes in: guarded, led to its route, and its failure answered. */
export type Entrance = Readonly<{
  /** From here on requests are answered; those that came before have waited for it. */
  open(address: ServerAddress, routes: ServerRoutes): void;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
  closeUpgraded(): void;
}>;

export function createEntrance(options: EntranceOptions): Entrance {
  const { token, browser, log, stopping } = options;
  let hosts: ReadonlySet<string> = new Set();
  let port = 0;
  let routes: ServerRoutes | undefined;
  let find: (method: string, path: string) => Routed = () => ({ found: false, methods: [] });
  const isOpen = Promise.withResolvers<void>();
  const upgraded = new Set<Socket>();
  const user = userInfo().username;

  const check = (request: IncomingMessage, access: RouteAccess): void => {
    const verdict = guard({
      method: request.method ?? "",
      access,
      headers: request.headers as GuardFacts["headers"],
      hosts,
      isToken: token.is,
      isSession: (cookie) => browser.session.is(sessionIn(cookie, port) ?? ""),
      isVisit: (cookie) => browser.visit.is(visitIn(cookie, port) ?? ""),
    });
    if (!verdict.allowed) throw new ServerError(verdict.status, verdict.code, verdict.message);
  };
  const whoOf = (request: IncomingMessage): string =>
    `${user} from ${request.socket.remoteAddress}:${request.socket.remotePort}`;

  return {
    open(address, opened) {
      hosts = ownHosts(address);
      port = address.port;
      routes = opened;
      find = createRouter(opened.routes);
      isOpen.resolve();
    },
    async answer(request, response) {
      const gone = new AbortController();
      response.once("close", () => gone.abort(new ClientGone("the client is gone")));
      const signal = anySignal(gone.signal, stopping);
      try {
        if (routes === undefined) await abortable(isOpen.promise, signal);
        const url = urlOf(request);
        const routed = find(request.method ?? "", url.pathname);
        const lost = !routed.found && isLostPage(request, url, routed.methods) ? routes?.lost : undefined;
        const route = routed.found ? routed.route : lost;
        check(request, typeof route?.access === "function" ? route.access(url) : (route?.access ?? "token"));
        if (route === undefined) throw noRoute(request, url, { response, methods: routed.found ? [] : routed.methods });
        const parameters = routed.found ? routed.parameters : {};
        await route.handle({ request, response, url, parameters, signal, who: whoOf(request) });
      } catch (thrown) {
        fail({ request, response, signal }, thrown);
      }
    },
    async upgrade(request, socket, head) {
      upgraded.add(socket);
      socket.once("close", () => upgraded.delete(socket));
      socket.on("error", () => socket.destroy());
      try {
        if (routes === undefined) await abortable(isOpen.promise, stopping);
        check(request, "token");
        if (routes === undefined) throw new ServerError(404, "HEDDLE_SERVER_NO_ROUTE", "there is nothing here");
        await routes.upgrade({ request, socket, head, url: urlOf(request), signal: stopping, who: whoOf(request) });
      } catch (thrown) {
        refuseUpgrade(socket, stopping.aborted ? serverStops() : toHeddleError(thrown));
      }
    },
    closeUpgraded() {
      for (const socket of upgraded) socket.destroy();
    },
  };

  function fail(exchange: Pick<Exchange, "request" | "response" | "signal">, thrown: unknown): void {
    const { request, response, signal } = exchange;
    if (isAbort(thrown, signal) || signal.aborted) {
      if (!response.headersSent && !response.destroyed) sendError(exchange, serverStops());
      else response.destroy();
      return;
    }
    const error = toHeddleError(thrown);
    const path = request.url?.split("?")[0];
    if (error.code === "HEDDLE_INTERNAL") log.error({ path, error: error.message }, "a request failed");
    else log.debug({ path, code: error.code }, "a request was refused");
    if (wantsHtml(request) && !response.headersSent) sendHtml(response, pageOf(request, error));
    else sendError(exchange, error);
  }
}

/** A page that there is not: the console says so in its own words. What is no page is told as everywhere. */
const isLostPage = (request: IncomingMessage, { pathname }: URL, methods: readonly string[]): boolean =>
  methods.length === 0 && wantsHtml(request) && !/^\/(api|assets|graphql)(\/|$)/.test(pathname);

/** An error for the person before a browser. */
function pageOf({ headers, url = "/" }: IncomingMessage, error: HeddleError): HtmlPage {
  const status = statusOf(error);
  const { message, code } = error;
  const page = { status, lines: [`${message.charAt(0).toUpperCase()}${message.slice(1)}.`], code };
  if (status !== 401) return { ...page, title: status === 404 ? "There is nothing here" : "This did not work" };
  // A link on another page: strict cookies come along only when this server's own page asks again.
  const site = headers["sec-fetch-site"];
  const followed = headers["sec-fetch-mode"] === "navigate" && (site === "cross-site" || site === "same-site");
  if (followed && code === "HEDDLE_SERVER_TOKEN_MISSING") return { ...page, title: "One moment", goTo: url };
  return { ...page, title: "This browser is not let in", lines: [...page.lines, wayIn] };
}

const wayIn =
  "On this machine, as the user who runs the server: `heddle open` prints a link that lets a browser in, once; `heddle serve` printed one when it started. In a checkout: `npx heddle open`.";

/** Only path and query count: the authority is what Host says, which was checked. */
function urlOf({ url = "/" }: IncomingMessage): URL {
  const found = url.startsWith("/") ? URL.parse(`http://heddle${url}`) : null;
  if (found !== null) return found;
  throw new ServerError(400, "HEDDLE_SERVER_URL_INVALID", "the request's target is no path");
}

function noRoute(
  { method }: IncomingMessage,
  { pathname }: URL,
  { response, methods }: Readonly<{ response: ServerResponse; methods: readonly string[] }>,
): HeddleError {
  if (methods.length === 0)
    return new ServerError(
      404,
      "HEDDLE_SERVER_NO_ROUTE",
      `there is nothing at ${pathname}: docs/server.md tells what there is`,
    );
  response.setHeader("allow", methods.join(", "));
  return new ServerError(405, "HEDDLE_SERVER_METHOD", `${pathname} takes ${methods.join(" and ")}, not ${method}`);
}

function refuseUpgrade(socket: Socket, error: HeddleError): void {
  const body = `${JSON.stringify({ error: errorToWire(error) })}\n`;
  const head = [
    `HTTP/1.1 ${statusOf(error)} Refused`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
