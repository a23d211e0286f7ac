import { type ConsoleFile, type ConsoleFiles } from "../console-files.ts";
import { type Exchange, type Handler } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { sendHtml } from "../html-page.ts";
import { protectiveHeaders, sendText } from "../respond.ts";
import { type Route } from "../router.ts";

/** Of the console's pages: everything from this server, nothing written into the page itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Where the console has pages: it draws each of them by itself, from the address. */
const pages = ["/clusters", "/clusters/*", "/resources", "/resources/*", "/changes"];

/** The console in the browser: its pages, which are all one document, and what that loads. */
export function consoleRoutes(files: ConsoleFiles): readonly Route[] {
  const handle = consolePage(files);
  return [
    ...pages.map((path): Route => ({ method: "GET", path, access: "console", handle })),
    { method: "GET", path: "/assets/:name", access: "console", handle: asset(files) },
  ];
}

/** The console's document, with this status; or in words that it was not built. */
export const consolePage =
  (files: ConsoleFiles, status = 200): Handler =>
  async ({ response }) => {
    const index = await files.index();
    if (index === undefined) return sendHtml(response, notBuilt);
    const headers = { "content-security-policy": policy };
    sendText(response, { type: "text/html; charset=utf-8", text: index, status, headers });
  };

const notBuilt = {
  status: 503,
  title: "The console is not built",
  lines: [
    "Everything else of this server works. In a checkout, `npm run build` makes the console, and `npm start` where it is missing; then load this page again.",
  ],
  links: [{ to: "/graphql", words: "The GraphQL explorer" }],
};

const asset =
  (files: ConsoleFiles): Handler =>
  async (exchange) => {
    const { request, response, parameters } = exchange;
    const file = await files.asset(parameters["name"] ?? "", String(request.headers["accept-encoding"] ?? ""));
    if (file === undefined) throw new ServerError(404, "HEDDLE_SERVER_NO_ROUTE", "the console has no such part");
    const headers = headersOf(file);
    if (isKnown(exchange, file)) {
      response.writeHead(304, headers);
      response.end();
      return;
    }
    response.writeHead(200, { ...headers, "content-type": file.type, "content-length": file.body.length });
    response.end(file.body);
  };

const isKnown = ({ request }: Exchange, { etag }: ConsoleFile): boolean =>
  (request.headers["if-none-match"] ?? "").split(",").some((known) => known.trim().replace(/^W\//, "") === etag);

const headersOf = ({ encoding, etag, immutable }: ConsoleFile): Readonly<Record<string, string>> => ({
  ...protectiveHeaders,
  "cache-control": immutable ? "private, max-age=31536000, immutable" : "private, no-cache",
  vary: "accept-encoding",
  etag,
  ...(encoding && { "content-encoding": encoding }),
});
