import { type Socket } from "node:net";
import { callbackify } from "node:util";
import type { Agent, Dispatcher } from "undici";
import { type Answer, flatHeaders, type Job, type Progress, type WireRequest } from "./exchange.ts";

/** Connections that carry one request at a time, and upgrade to WebSockets. No time limits of their own. */
export type Http1 = Readonly<{
  run(job: Job): void;
  /** Rejects once it was closed. */
  dispatcher(): Promise<Dispatcher>;
  /** Finishes what it began. */
  close(): Promise<void>;
  destroy(reason: Error): Promise<void>;
}>;

export type Http1Options = Readonly<{ origin: string; connect: () => Promise<Socket> }>;

/** client-go keeps an idle connection as long. */
const idleTimeoutMs = 90_000;

/** Most clusters need none: undici, which takes a command 30 ms to load, is loaded with the first request. */
export function createHttp1({ origin, connect }: Http1Options): Http1 {
  let agent: Promise<Agent> | undefined;
  let ended: Error | undefined;
  const opened = (): Promise<Agent> => (ended === undefined ? (agent ??= openAgent(connect)) : Promise.reject(ended));
  return {
    run: ({ request, answer }) =>
      void opened().then(
        (dispatcher) => dispatch(dispatcher, { ...request, origin }, answer),
        (error: unknown) => answer.fail(error, "not sent"),
      ),
    dispatcher: opened,
    async close() {
      ended ??= new Error("these connections were closed");
      await agent?.then((agent) => agent.close());
    },
    async destroy(reason) {
      ended = reason;
      await agent?.then((agent) => agent.destroy(reason));
    },
  };
}

async function openAgent(connect: Http1Options["connect"]): Promise<Agent> {
  const { Agent } = await import("undici");
  const open = callbackify(connect);
  return new Agent({
    connect: (_target, callback) =>
      open((error, socket) => {
        if (error) callback(error, null);
        else callback(null, socket);
      }),
    allowH2: false,
    connections: null,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function dispatch(
  dispatcher: Dispatcher,
  { origin, path, method, headers, body }: WireRequest & Readonly<{ origin: string }>,
  answer: Answer,
): void {
  if (answer.settled()) return;
  let progress: Progress = "not sent";
  try {
    dispatcher.dispatch(
      { origin, path, method, headers: mutable(headers), body: body ?? null },
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
