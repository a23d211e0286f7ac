import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { HeddleError, messageOf } from "../../base/index.ts";
import { type Exchange, type ResponseBody } from "./exchange.ts";

const gunzipWhole = promisify(gunzip);

/** The whole body as text, decompressed off the main thread. */
export async function readText({ headers, body }: Exchange): Promise<string> {
  const bytes = await readBytes(body);
  if (!isGzip(headers)) return bytes.toString("utf8");
  try {
    return (await gunzipWhole(bytes)).toString("utf8");
  } catch (error) {
    throw gzipError(error);
  }
}

/** The body of a refusal: its beginning, since nobody reads a page of a megabyte. */
export async function readStart(exchange: Exchange, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decodedBody(exchange)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The chunks of the body, decompressed as they come; back-pressure reaches the server through either form. */
export function decodedBody({ headers, body }: Exchange): AsyncIterable<Buffer> {
  return isGzip(headers) ? inflate(body) : body;
}

async function* inflate(body: ResponseBody): AsyncGenerator<Buffer, void, undefined> {
  let failure: unknown;
  const source = Readable.from(body, { objectMode: false }).on("error", (error) => {
    failure = error;
    gunzipped.destroy(error);
  });
  const gunzipped = source.pipe(createGunzip());
  try {
    for await (const chunk of gunzipped) yield chunk as Buffer;
  } catch (error) {
    throw failure ?? gzipError(error);
  } finally {
    gunzipped.destroy();
    source.destroy();
    body.cancel(new Error("the reader stopped"));
  }
}

async function readBytes(body: ResponseBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

const isGzip = (headers: Readonly<Record<string, string>>): boolean => headers["content-encoding"] === "gzip";

const gzipError = (cause: unknown): HeddleError =>
  new HeddleError(`the compressed answer cannot be read: ${messageOf(cause)}`, {
    code: "HEDDLE_CLUSTER_PROTOCOL",
    retryable: true,
    cause,
  });
