import { type JsonObject, type JsonValue, jsonAt, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type RelationsQuestion, type ServerApi } from "../server/model.ts";
import { type Way } from "./build.ts";
import { type Edge, endKey, type TreeEnd } from "./model.ts";

export type TreeQuestion = Readonly<{
  depth: number;
  /** Only along these; undefined: all that tell more than where everything is. */
  types: readonly string[] | undefined;
  way: Way;
}>;

export type TreeCall = Readonly<{
  server: ServerApi;
  root: Pick<RelationsQuestion, "cluster"> & TreeEnd;
  question: TreeQuestion;
}>;

export type Asked = Readonly<{ edges: readonly Edge[]; cut: boolean }>;

/** Everything has a namespace and a definition; that a Deployment manages a Pod is said by what owns what. */
const telling = ["owned_by", "selects", "routes_to", "scales", "runs_on", "bound_to", "uses", "attached_to", "binds"];

/** More objects than this are not looked at one by one. */
const expandLimit = 200;
const atATime = 8;

/**
 * All relations that a tree needs: what is reached from the root along relations, what is reached against them, and
 * what each object needs that the root owns.
 */
export async function askRelations({ server, root, question }: TreeCall, signal: AbortSignal): Promise<Asked> {
  const { depth, types = telling, way } = question;
  const ask = async (end: TreeEnd, direction: "out" | "in"): Promise<Asked> => {
    const { kind, group, namespace, name } = end;
    const asked = { cluster: root.cluster, kind: group === "" ? kind : `${kind}.${group}`, namespace, name };
    return readRelations(await server.relations({ ...asked, depth, types, direction }, signal));
  };
  const inward = way === "out" ? nothing : await ask(root, "in");
  const outward = way === "in" ? nothing : await ask(root, "out");
  if (way !== "both") return join([inward, outward]);
  const owned = ownedBy(root, inward.edges);
  const needs = await inTurns(owned.slice(0, expandLimit), (end) => ask(end, "out"));
  return join([inward, outward, ...needs, { edges: [], cut: owned.length > expandLimit }]);
}

const nothing: Asked = { edges: [], cut: false };

const join = (parts: readonly Asked[]): Asked => ({
  edges: parts.flatMap(({ edges }) => edges),
  cut: parts.some(({ cut }) => cut),
});

/** What the root owns, and what that owns. */
function ownedBy(root: TreeEnd, edges: readonly Edge[]): readonly TreeEnd[] {
  const owned = new Map<string, TreeEnd>();
  const visit = (owner: TreeEnd): void => {
    for (const { type, from, to } of edges) {
      if (type !== "owned_by" || endKey(to) !== endKey(owner) || owned.has(endKey(from))) continue;
      owned.set(endKey(from), from);
      visit(from);
    }
  };
  visit(root);
  return [...owned.values()];
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atATime)
    results.push(...(await Promise.all(items.slice(start, start + atATime).map(work))));
  return results;
}

/** Reads what `POST /api/relations` answers. */
function readRelations(answer: JsonObject): Asked {
  const edges = listAt(answer, "relations").flatMap((relation): readonly Edge[] => {
    const type = stringAt(relation, "type");
    const from = readEnd(jsonAt(relation, "from"));
    const to = readEnd(jsonAt(relation, "to"));
    return type === undefined || from === undefined || to === undefined ? [] : [{ type, from, to }];
  });
  return { edges, cut: answer["cut"] === true };
}

function readEnd(value: JsonValue | undefined): TreeEnd | undefined {
  const [kind, name, namespace] = [stringAt(value, "kind"), stringAt(value, "name"), stringAt(value, "namespace")];
  if (kind === undefined || name === undefined) return undefined;
  return {
    group: stringAt(value, "group") ?? "",
    kind,
    ...(namespace && { namespace }),
    name,
    missing: jsonAt(value, "missing") === true,
    attributes: objectAt(value, "attributes"),
  };
}
