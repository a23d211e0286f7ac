import { UsageError } from "../../base/index.ts";
import { type QueryValue } from "../api-client.ts";

/** An API server's URL, taken apart once. */
export type BaseUrl = Readonly<{
  /** "https://10.0.0.1:6443" */
  origin: string;
  /** As shown to people: the origin and the path prefix. */
  shown: string;
  /** What is asked of the origin: prefix, path, query. */
  target(path: string, query: Readonly<Record<string, QueryValue>> | undefined): string;
}>;

/** Takes an http or https URL with or without a path prefix; a UsageError names what else it found. */
export function createBaseUrl(server: string): BaseUrl {
  const url = URL.parse(server);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new UsageError(`"${server}" is no API server: expected a URL like https://10.0.0.1:6443`);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(
      `the URL of the API server ${url.host} holds a user name or password: give them as credentials (username, password) instead`,
    );
  const prefix = url.pathname.replace(/\/+$/, "");
  return {
    origin: url.origin,
    shown: `${url.origin}${prefix}`,
    target: (path, query) => `${prefix}${path}${queryString(query)}`,
  };
}

/** "?a=1&b=2", or "" without values. A list becomes the same key several times (exec's command). */
function queryString(query: Readonly<Record<string, QueryValue>> | undefined): string {
  if (query === undefined) return "";
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parts.append(key, String(one));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}
