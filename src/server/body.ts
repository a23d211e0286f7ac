import { isJsonObject, type JsonObject } from "../model/index.ts";
import { type Exchange } from "./exchange.ts";
import { ServerError } from "./failures.ts";

/** The largest question: far more than any has. Objects that are applied are at most 1.5 MiB in etcd. */
export const bodyLimitBytes = 4 * 1024 * 1024;

/** The request's body as text; 413 HEDDLE_SERVER_BODY_TOO_LARGE beyond the limit, of which nothing more is read. */
export async function readBody({ request }: Pick<Exchange, "request">, limitBytes = bodyLimitBytes): Promise<string> {
  const told = Number(request.headers["content-length"] ?? 0);
  if (told > limitBytes) throw tooLarge(limitBytes);
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Not by `for await`, which destroys the connection when it is left: the answer still has to go out.
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= limitBytes) pieces.push(piece);
    else {
      request.pause();
      reject(tooLarge(limitBytes));
    }
  });
  request.once("end", resolve);
  request.once("error", reject);
  request.once("close", () => reject(new ServerError(400, "HEDDLE_SERVER_BODY_CUT", "the request's body broke off")));
  await promise;
  return Buffer.concat(pieces).toString("utf8");
}

const tooLarge = (limitBytes: number): ServerError =>
  new ServerError(
    413,
    "HEDDLE_SERVER_BODY_TOO_LARGE",
    `the request's body is too large: ${limitBytes.toLocaleString("en")} bytes are allowed`,
  );

/** The body as a JSON object; 400 HEDDLE_SERVER_BODY_INVALID for anything else. */
export async function readJson(exchange: Pick<Exchange, "request">): Promise<JsonObject> {
  const text = await readBody(exchange);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser quotes what it found, which may be part of a secret.
    throw new ServerError(400, "HEDDLE_SERVER_BODY_INVALID", "the request's body is no JSON");
  }
  if (isJsonObject(value)) return value;
  throw new ServerError(400, "HEDDLE_SERVER_BODY_INVALID", "the request's body is no JSON object");
}
