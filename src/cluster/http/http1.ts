import { type Socket } from "node:net";
import { callbackify } from "node:util";
import { Agent, type Dispatcher } from "undici";
import { flatHeaders, type Job, type Progress } from "./exchange.ts";

export type Http1Options = Readonly<{
  connect: () => Promise<Socket>;
  /** Connections at most; undefined: as many as there are requests at a time. */
  connections?: number | undefined;
}>;

/** client-go keeps an idle connection as long. */
const idleTimeoutMs = 90_000;

/** Connections that carry one request at a time, and upgrade to WebSockets. No time limits of their own. */
export function createHttp1Agent({ connect, connections }: Http1Options): Agent {
  const open = callbackify(connect);
  return new Agent({
    connect: (_target, callback) =>
      open((error, socket) => {
        if (error) callback(error, null);
        else callback(null, socket);
      }),
    allowH2: false,
    connections: connections ?? null,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Runs one request over HTTP/1.1. */
export function runHttp1(dispatcher: Dispatcher, origin: string, { request, answer }: Job): void {
  let progress: Progress = "not sent";
  const { path, method, body = null } = request;
  try {
    dispatcher.dispatch(
      { origin, path, method, headers: mutable(request.headers), body },
      {
        onRequestStart(controller) {
          progress = "sent";
          answer.begin({
            pause: () => controller.pause(),
            resume: () => controller.resume(),
            abort: (reason) => controller.abort(reason),
          });
        },
        onResponseStart(_controller, status, headers) {
          // Informational answers (1xx) precede the one that counts.
          if (status >= 200) answer.head(status, flatHeaders(headers));
        },
        onResponseData: (_controller, chunk) => answer.push(chunk),
        onResponseEnd: () => answer.end(),
        onResponseError: (_controller, error) => answer.fail(error, progress),
      },
    );
  } catch (error) {
    answer.fail(error, progress);
  }
}

/** undici's types want arrays that may be written to. */
export const mutable = (
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
