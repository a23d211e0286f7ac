import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { type Clock, HeddleError, isAbort, systemCodeOf, toHeddleError } from "../../base/index.ts";
import { errorFromWire, jsonAt, type JsonValue } from "../../model/index.ts";

/** Where a Heddle server is asked, and what lets us in. `token` is a secret. */
export type ServerEntrance = Readonly<{
  address: string;
  token: string;
  /** Another token, where the server has been started anew since; undefined: there is none. */
  renew?(): Promise<string | undefined>;
}>;

/** One question to the server; `body` is sent as JSON. */
export type ServerRequest = Readonly<{
  method?: "GET" | "POST" | "DELETE";
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Until the server begins to answer; default 30 s. */
  patienceMs?: number;
  signal: AbortSignal;
}>;

/** Connections to one Heddle server, kept open between questions. */
export type ServerConnection = Disposable &
  Readonly<{
    address: string;
    /**
     * The body of a 2xx answer, as it comes. Fails with the server's own error, with HEDDLE_SERVER_UNREACHABLE when
     * nobody listens or the connection breaks, and with the signal's reason.
     */
    stream(asked: ServerRequest): Promise<AsyncIterable<Uint8Array>>;
    /** The whole body, as JSON; as `stream`, and HEDDLE_WIRE_INVALID for what is no JSON. */
    json(asked: ServerRequest): Promise<JsonValue>;
  }>;

const defaultPatienceMs = 30_000;

/** Contacts nobody before the first question. node:http: it starts in a tenth of the time of fetch. */
export function connectToServer(entrance: ServerEntrance, clock: Pick<Clock, "after">): ServerConnection {
  const { address } = entrance;
  const agent = new Agent({ keepAlive: true });
  let { token } = entrance;
  const stream = async (asked: ServerRequest): Promise<AsyncIterable<Uint8Array>> => {
    const response = await ask({ address, token, agent, clock }, asked);
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return bodyOf(response, address, asked.signal);
    const error = refusal(statusCode, await text(response), address);
    const other = error.code === "HEDDLE_SERVER_TOKEN_WRONG" ? await entrance.renew?.() : undefined;
    if (other === undefined || other === token) throw error;
    token = other;
    return stream(asked);
  };
  return {
    address,
    stream,
    async json(asked) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await stream(asked)) chunks.push(chunk);
      return parseAnswer(Buffer.concat(chunks).toString(), address);
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** The server's JSON; HEDDLE_WIRE_INVALID where it is none, quoting nothing of it. */
export function parseAnswer(body: string, address: string): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch (cause) {
    throw new HeddleError(`what answers at ${address} speaks no JSON: it is no Heddle server, or one that broke off`, {
      code: "HEDDLE_WIRE_INVALID",
      cause,
    });
  }
}

type Way = Pick<ServerEntrance, "address" | "token"> & Readonly<{ agent: Agent; clock: Pick<Clock, "after"> }>;

function ask({ address, token, agent, clock }: Way, asked: ServerRequest): Promise<IncomingMessage> {
  const { method = asked.body === undefined ? "GET" : "POST", path, body, headers, signal } = asked;
  const { patienceMs = defaultPatienceMs } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const outgoing = request(new URL(path, address), {
    method,
    agent,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
      ...headers,
    },
  });
  const cancel = clock.after(patienceMs, () => outgoing.destroy(silent(address, patienceMs)));
  outgoing.once("response", resolve).once("error", reject).once("close", cancel);
  outgoing.once("response", cancel);
  outgoing.end(sent);
  return promise.catch((error: unknown) => {
    throw failure(error, address, signal);
  });
}

async function* bodyOf(response: IncomingMessage, address: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    throw failure(error, address, signal);
  }
}

function failure(error: unknown, address: string, signal: AbortSignal): unknown {
  if (signal.aborted && isAbort(error, signal)) return signal.reason;
  if (error instanceof HeddleError) return error;
  const refused = systemCodeOf(error) === "ECONNREFUSED";
  const words = refused ? `no Heddle server listens at ${address}` : `the connection to ${address} broke`;
  return new HeddleError(words, { code: "HEDDLE_SERVER_UNREACHABLE", retryable: true, cause: error });
}

const silent = (address: string, patienceMs: number): HeddleError =>
  new HeddleError(`${address} did not begin to answer within ${patienceMs / 1000} s`, {
    code: "HEDDLE_SERVER_UNREACHABLE",
    retryable: true,
  });

/** The error that the body tells; where it tells none, the status. */
function refusal(status: number, body: string, address: string): HeddleError {
  try {
    return errorFromWire(jsonAt(parseAnswer(body, address), "error"));
  } catch (error) {
    const cause = toHeddleError(error);
    return new HeddleError(`${address} answered ${status}, and not as a Heddle server does`, {
      code: "HEDDLE_WIRE_INVALID",
      cause,
    });
  }
}
