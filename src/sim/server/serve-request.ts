import { type IncomingHttpHeaders } from "node:http2";
import { type Logger } from "../../base/index.ts";
import { answerResource, type ApiAnswer } from "../api/answer.ts";
import { type ApiContext } from "../api/context.ts";
import { documentAt } from "../api/documents.ts";
import { parseTarget } from "../api/request-target.ts";
import { noSuchResource, StatusFailure, unauthorized } from "../api/status-failure.ts";
import { type Exchange } from "./listen.ts";
import { type Streams } from "./streams.ts";

export type ServeDeps = Readonly<{
  context: ApiContext;
  streams: Streams;
  server: () => string;
  token: string;
  log: Logger;
}>;

const bodyLimit = 3 * 1024 * 1024;

/** Answers one request, whatever it is: a failure is a Status. */
export async function serveRequest(deps: ServeDeps, exchange: Exchange): Promise<void> {
  try {
    await answer(deps, exchange);
  } catch (error) {
    if (!(error instanceof StatusFailure)) deps.log.error({ error: String(error) }, "a simulated API server failed");
    const failure = error instanceof StatusFailure ? error : internal();
    send(exchange, { code: failure.code, text: JSON.stringify(failure.status) });
  }
}

const internal = (): StatusFailure =>
  new StatusFailure("Internal error occurred", { reason: "InternalError", code: 500 });

async function answer(deps: ServeDeps, exchange: Exchange): Promise<void> {
  const { context, streams } = deps;
  const { request } = exchange;
  const url = new URL(request.url, "https://simulated");
  const { accept, authorization } = request.headers;
  // As the real one: who asks for its health or version needs no token.
  const document = documentAt(url.pathname, { catalogue: context.catalogue, server: deps.server(), accept });
  if (authorization !== `Bearer ${deps.token}` && !isOpen(url.pathname)) throw unauthorized();
  if (document !== undefined) return sendDocument(exchange, document);
  const target = parseTarget(url.pathname, context.catalogue);
  if (target === undefined) throw noSuchResource();
  const question = {
    method: request.method,
    query: url.searchParams,
    accept,
    contentType: contentTypeOf(request.headers),
    body: await bodyOf(exchange),
  };
  const answered = answerResource(context, target, question);
  if ("watch" in answered) streams.open(exchange, answered.watch, answered.resource);
  else send(exchange, answered);
}

const isOpen = (path: string): boolean => ["/livez", "/readyz", "/healthz", "/version"].includes(path);

const contentTypeOf = (headers: IncomingHttpHeaders): string =>
  (headers["content-type"] ?? "application/json").split(";")[0]?.trim() ?? "";

async function bodyOf({ request }: Exchange): Promise<string | undefined> {
  if (request.method === "GET") return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit)
      throw new StatusFailure("Request entity too large: limit is 3145728", {
        reason: "RequestEntityTooLarge",
        code: 413,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

type Document = NonNullable<ReturnType<typeof documentAt>>;

function sendDocument({ response }: Exchange, document: Document): void {
  const [type, text] =
    "text" in document
      ? ["text/plain; charset=utf-8", document.text]
      : [document.contentType ?? "application/json", JSON.stringify(document.json)];
  response.writeHead(200, { "content-type": type });
  response.end(text);
}

function send({ response }: Exchange, { code, text }: Extract<ApiAnswer, { text: string }>): void {
  if (response.headersSent || response.writableEnded) return;
  response.writeHead(code, { "content-type": "application/json" });
  response.end(text);
}
