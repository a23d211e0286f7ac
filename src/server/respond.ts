import { once } from "node:events";
import { type ServerResponse } from "node:http";
import { toHeddleError } from "../base/index.ts";
import { errorToWire } from "../model/index.ts";
import { type Exchange } from "./exchange.ts";
import { statusOf } from "./failures.ts";

/** On every answer: kept by nobody, taken for nothing else than it says, shown in no foreign frame. */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  sendText(response, { type: "application/json", text: `${JSON.stringify(value)}\n`, status });
}

export type Text = Readonly<{
  type: string;
  text: string | Buffer;
  status?: number;
  headers?: Readonly<Record<string, string>>;
}>;

export function sendText(response: ServerResponse, { type, text, status = 200, headers = {} }: Text): void {
  response.writeHead(status, { ...protectiveHeaders, "content-type": type, ...headers });
  response.end(text);
}

/** `{"error": {code, message, retryable}}`; where the answer has begun, the connection breaks off: no half answer passes for a whole one. */
export function sendError({ response }: Pick<Exchange, "response">, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = toHeddleError(thrown);
  const status = statusOf(error);
  if (status === 401) response.setHeader("www-authenticate", 'Bearer realm="heddle"');
  sendJson(response, { error: errorToWire(error) }, status);
}

/**
 * Writes a piece of an answer; resolves when there is room for more, so that a slow reader slows its own answer and
 * costs no memory. Throws the signal's reason.
 */
export async function write({ response, signal }: Exchange, piece: string | Uint8Array): Promise<void> {
  signal.throwIfAborted();
  if (response.write(piece)) return;
  await once(response, "drain", { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
