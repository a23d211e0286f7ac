import { type ErrorCode, HeddleError } from "../../base/index.ts";
import { isJsonObject, type JsonObject, listAt, stringAt } from "../../model/index.ts";

/** An answer that is not a success, read whole or as far as it is worth reading. */
export type Refusal = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** For the message: "GET https://10.0.0.1:6443/api/v1/pods", without the query. */
  asked: string;
  /** From Retry-After, when the answer has one. */
  retryAfterMs?: number | undefined;
}>;

/**
 * The error for an answer outside 2xx. `details.status` is the API's Status object as it came, `details.httpStatus`
 * the number, `details.retryAfterMs` what Retry-After asked for. A body that is no Status (a proxy's page) is told in short;
 * one in plain text is in `details.body`: /livez and /readyz name there the checks that failed.
 */
export function statusError(refusal: Refusal): HeddleError {
  const { status, asked, retryAfterMs } = refusal;
  const apiStatus = parseStatus(refusal.body);
  const said = apiStatus === undefined ? foreignWords(refusal) : statusWords(apiStatus, status);
  return new HeddleError(`${asked}: ${said}`, {
    code: codeOf(status, apiStatus),
    // 501: not implemented, and 505: this HTTP version is not supported, stay as they are.
    retryable: status === 429 || (status >= 500 && status !== 501 && status !== 505),
    details: {
      httpStatus: status,
      ...(apiStatus && { status: apiStatus }),
      ...(refusal.headers["content-type"]?.startsWith("text/plain") && { body: refusal.body }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  });
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: "HEDDLE_CLUSTER_UNAUTHORIZED",
  403: "HEDDLE_CLUSTER_FORBIDDEN",
  404: "HEDDLE_CLUSTER_NOT_FOUND",
  409: "HEDDLE_CLUSTER_CONFLICT",
  410: "HEDDLE_CLUSTER_GONE",
  422: "HEDDLE_CLUSTER_INVALID",
  429: "HEDDLE_CLUSTER_TOO_MANY_REQUESTS",
};

function codeOf(status: number, apiStatus: JsonObject | undefined): ErrorCode {
  const known = codes[status];
  if (known !== undefined) return known;
  if (status >= 500) return "HEDDLE_CLUSTER_UNAVAILABLE";
  return status >= 400 || apiStatus !== undefined ? "HEDDLE_CLUSTER_BAD_REQUEST" : "HEDDLE_CLUSTER_PROTOCOL";
}

function parseStatus(body: string): JsonObject | undefined {
  if (!body.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) && value["kind"] === "Status" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The API's message; its causes are added where the message does not tell them already. */
function statusWords(status: JsonObject, httpStatus: number): string {
  const message = stringAt(status, "message") ?? "";
  const reason = stringAt(status, "reason") ?? `HTTP ${httpStatus}`;
  const causes = listAt(status, "details", "causes").flatMap((cause) => {
    const text = [stringAt(cause, "field"), stringAt(cause, "message")].filter((part) => part).join(": ");
    return text === "" || message.includes(stringAt(cause, "message") ?? text) ? [] : [text];
  });
  const told = message === "" || message === reason ? reason : `${message} (${reason})`;
  return causes.length === 0 ? told : `${told}: ${causes.join("; ")}`;
}

const shortLength = 200;

/** What something between us and the API server said: its title or its first words. */
function foreignWords({ status, headers, body }: Refusal): string {
  const location = headers["location"];
  if (status >= 300 && status < 400) {
    const to = location === undefined ? "" : ` to ${withoutQuery(location)}`;
    return `HTTP ${status}, a redirect${to}, which is never followed: give the API server's own address`;
  }
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  const text = (title ?? body.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, " "))
    .replaceAll(/\s+/g, " ")
    .trim();
  const words = text.length > shortLength ? `${text.slice(0, shortLength)}…` : text;
  return words === "" ? `HTTP ${status} without a word` : `HTTP ${status}: ${words}`;
}

const withoutQuery = (location: string): string => location.replace(/[?#].*$/, "").replace(/\/\/[^/@]*@/, "//");
