import { apiVersionOf } from "../../model/index.ts";
import { type Stored } from "../store/model.ts";
import { type ApiContext } from "./context.ts";
import { type RequestTarget } from "./request-target.ts";
import { parseSelection, type Selection } from "./selection.ts";
import { badRequest, expired, StatusFailure } from "./status-failure.ts";
import { keyOf } from "../store/key.ts";

/** One page of a collection, its objects as they are stored. */
export type ListPage = Readonly<{ revision: number; found: readonly Stored[]; next?: string; remaining?: number }>;

/** GET of a collection: whole, or in pages that all show it as it was at the first one's revision. */
export function listObjects(
  context: ApiContext,
  { resource, namespace }: RequestTarget,
  query: URLSearchParams,
): ListPage {
  const selection = parseSelection(query, resource);
  const limit = limitOf(query.get("limit"));
  const token = query.get("continue") ?? "";
  const from = token === "" ? undefined : parseToken(token, context);
  const at = from?.revision ?? revisionOf(context, query);
  const all = context.store.list(resource.collection, { namespace, at, keep: limit > 0 });
  const rest = from === undefined ? all : all.slice(indexAfter(all, from.after));
  const matching = selectedOf(rest, selection);
  const found = limit === 0 ? matching : matching.slice(0, limit);
  const last = found.at(-1);
  if (last === undefined || found.length === matching.length) return { revision: at, found };
  const page = { revision: at, found, next: tokenOf({ revision: at, after: keyOf(last) }) };
  // As the API server: what remains is not counted where a selector would have to be tried on it.
  return selection.everything ? { ...page, remaining: matching.length - found.length } : page;
}

/** Those that are asked for; what a name alone rules out is not parsed. */
export function selectedOf(all: readonly Stored[], { everything, name, matches }: Selection): readonly Stored[] {
  if (everything) return all;
  return all.filter((stored) => (name === undefined || stored.name === name) && matches(stored.object()));
}

/** Where the first object behind a key stands. */
function indexAfter(sorted: readonly Stored[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle];
    if (found !== undefined && keyOf(found) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function limitOf(text: string | null): number {
  const limit = Number(text ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit: invalid value "${text}"`);
  return limit;
}

/** "0" and nothing mean now; "Exact" means then; "NotOlderThan" must not be in the future. */
function revisionOf({ store }: ApiContext, query: URLSearchParams): number {
  const wanted = Number(query.get("resourceVersion") ?? 0);
  const now = store.revision();
  if (wanted > now) throw tooLarge(wanted, now);
  if (query.get("resourceVersionMatch") !== "Exact" || wanted === 0) return now;
  if (wanted < store.compactedTo()) throw expired(`The provided resource version ${wanted} is too old: expired`);
  return wanted;
}

export const tooLarge = (wanted: number, now: number): StatusFailure =>
  new StatusFailure(`Too large resource version: ${wanted}, current: ${now}`, {
    reason: "Timeout",
    code: 504,
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }] },
  });

type Token = Readonly<{ revision: number; after: string }>;

const tokenOf = (token: Token): string => Buffer.from(JSON.stringify(token)).toString("base64url");

function parseToken(text: string, { store }: ApiContext): Token {
  const token = readToken(text);
  if (token.revision < store.compactedTo())
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  return token;
}

function readToken(text: string): Token {
  try {
    const { revision, after } = JSON.parse(Buffer.from(text, "base64url").toString()) as Token;
    if (Number.isInteger(revision) && typeof after === "string") return { revision, after };
  } catch {
    // Told below: what came is no token of ours.
  }
  throw badRequest("continue key is not valid");
}

/** The page as the API's list, joined from stored text without parsing. */
export function listText(page: ListPage, { resource }: RequestTarget): string {
  const { revision, found, next, remaining } = page;
  const metadata = {
    resourceVersion: String(revision),
    ...(next === undefined ? {} : { continue: next }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
  const head = JSON.stringify({ kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata });
  return `${head.slice(0, -1)},"items":[${found.map((stored) => itemText(stored, resource)).join(",")}]}`;
}

/** An object's text in the version that is asked for. */
export function itemText(stored: Stored, resource: RequestTarget["resource"]): string {
  const apiVersion = JSON.stringify(apiVersionOf(resource));
  const begin = `{"apiVersion":${apiVersion},`;
  if (stored.text.startsWith(begin)) return stored.text;
  const object = stored.object();
  return JSON.stringify({ ...object, apiVersion: apiVersionOf(resource) });
}
