import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

export type RequestOptions = Readonly<{
  method?: string;
  ca?: string;
  token?: string;
  json?: unknown;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}>;

/** One plain request on a connection of its own, independent of the client under test. */
export function readBody(
  url: string,
  options: RequestOptions = {},
): Promise<Readonly<{ status: number; body: string }>> {
  const { method = options.json === undefined ? "GET" : "POST", ca, token, json, timeoutMs = 60_000, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Readonly<{ status: number; body: string }>>();
  const send = url.startsWith("https:") ? requestHttps : requestHttp;
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(json !== undefined && { "content-type": "application/json" }),
  };
  const call = send(url, {
    method,
    headers,
    agent: false,
    timeout: timeoutMs,
    ...(ca && { ca }),
    ...(signal && { signal }),
  });
  call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  call.on("error", reject);
  call.on("response", (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
  });
  call.end(json === undefined ? undefined : JSON.stringify(json));
  return promise;
}
