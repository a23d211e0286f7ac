import { apiVersionOf, type KubeObject } from "../../model/index.ts";
import { type Stored, type StoreEvent } from "../store/model.ts";
import { type ApiContext } from "./context.ts";
import { itemText, selectedOf, tooLarge } from "./list.ts";
import { type RequestTarget } from "./request-target.ts";
import { parseSelection, type Selection } from "./selection.ts";
import { badRequest, expired, invalid } from "./status-failure.ts";

/** What a watch begins with, and what each write adds to it: lines of WatchEvents. */
export type Watch = Readonly<{
  /** Lines to send at once; ends with a bookmark for a WatchList. */
  begin: readonly string[];
  /** The line that a later write means to this watch; undefined: nothing. */
  lineOf(event: StoreEvent): string | undefined;
  /** That everything up to a revision was told; undefined when the client did not ask for bookmarks. */
  bookmark(revision: number): string | undefined;
  timeoutMs: number;
}>;

/**
 * A watch from a resourceVersion, from now on ("" or "0": with everything there is first), or a WatchList
 * (sendInitialEvents). 410 as an ERROR event where the past is forgotten.
 */
export function openWatch(context: ApiContext, target: RequestTarget, query: URLSearchParams): Watch {
  const selection = parseSelection(query, target.resource);
  const told = createTold(target, selection);
  const bookmarks = isOn(query.get("allowWatchBookmarks"));
  const bookmark = (revision: number, annotations?: Readonly<Record<string, string>>): string =>
    line("BOOKMARK", bookmarkText(target, revision, annotations));
  return {
    begin: beginning(context, target, { query, told, selection, bookmark }),
    lineOf: told.lineOf,
    bookmark: (revision) => (bookmarks ? bookmark(revision) : undefined),
    timeoutMs: 1000 * Number(query.get("timeoutSeconds") ?? 1800),
  };
}

type Beginning = Readonly<{
  query: URLSearchParams;
  told: Told;
  selection: Selection;
  bookmark: (revision: number, annotations?: Readonly<Record<string, string>>) => string;
}>;

function beginning(
  context: ApiContext,
  target: RequestTarget,
  { query, told, selection, bookmark }: Beginning,
): readonly string[] {
  const { store } = context;
  const version = query.get("resourceVersion") ?? "";
  const initial = query.get("sendInitialEvents");
  if (initial !== null && query.get("resourceVersionMatch") !== "NotOlderThan")
    throw invalid({ kind: "ListOptions", group: "meta.k8s.io", name: "" }, [
      {
        reason: "FieldValueForbidden",
        message: "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        field: "resourceVersionMatch",
      },
    ]);
  if (!/^\d*$/.test(version))
    throw badRequest(`Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`);
  if (Number(version) > store.revision()) throw tooLarge(Number(version), store.revision());
  const everything = (): readonly string[] =>
    selectedOf(store.list(target.resource.collection, { namespace: target.namespace }), selection).map((stored) =>
      line("ADDED", itemText(stored, target.resource)),
    );
  if (isOn(initial)) return [...everything(), bookmark(store.revision(), { "k8s.io/initial-events-end": "true" })];
  if (version === "" || version === "0") return initial === null ? everything() : [];
  const past = store.since(Number(version));
  if (past === undefined) return [line("ERROR", JSON.stringify(tooOld(version, store.compactedTo()).status))];
  return past.flatMap((event) => told.lineOf(event) ?? []);
}

const tooOld = (version: string, oldest: number) => expired(`too old resource version: ${version} (${oldest})`);

const isOn = (value: string | null): boolean => value === "true" || value === "1";

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;

type Told = Readonly<{ lineOf(event: StoreEvent): string | undefined }>;

/** What an object leaves the selection by is its deletion, and what brings it in its addition. */
function createTold({ resource, namespace }: RequestTarget, { everything, name, matches }: Selection): Told {
  const selected = (stored: Stored | undefined): boolean =>
    stored !== undefined && (everything || matches(stored.object()));
  return {
    lineOf({ collection, type, before, after }) {
      if (collection !== resource.collection || (namespace !== undefined && after.namespace !== namespace))
        return undefined;
      if (name !== undefined && after.name !== name) return undefined;
      const was = selected(before);
      const is = type !== "deleted" && selected(after);
      if (is) return line(was ? "MODIFIED" : "ADDED", itemText(after, resource));
      return was ? line("DELETED", lastText(before, after, resource)) : undefined;
    },
  };
}

/** An object that left the selection is told as it was, at the revision by which it left. */
function lastText(before: Stored | undefined, after: Stored, resource: RequestTarget["resource"]): string {
  if (before === undefined) return itemText(after, resource);
  const object: KubeObject = before.object();
  const metadata = { ...object.metadata, resourceVersion: String(after.revision) };
  return JSON.stringify({ ...object, apiVersion: apiVersionOf(resource), metadata });
}

function bookmarkText(
  { resource }: RequestTarget,
  revision: number,
  annotations?: Readonly<Record<string, string>>,
): string {
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...(annotations && { annotations }) };
  return JSON.stringify({ kind: resource.kind, apiVersion: apiVersionOf(resource), metadata });
}
