import { healthFrom, type Health } from "../health.ts";
import { parseId } from "../resource-path.ts";
import { type End, type Relation, relationWords } from "./relations.ts";

/** One box of the drawing: an object, or several alike that would only fill the page. */
export type GraphNode = Readonly<{
  id: string;
  kind: string;
  name: string;
  status: string;
  health: Health;
  /** The one that the page is about. */
  root: boolean;
  /** How many objects it stands for, when it is not one. */
  more?: number;
}>;

/** A line from one box to another; `types` are relations as one reads them that way, `because` all their reasons. */
export type GraphEdge = Readonly<{
  id: string;
  from: string;
  to: string;
  types: readonly string[];
  because: readonly string[];
}>;

export type Graph = Readonly<{ nodes: readonly GraphNode[]; edges: readonly GraphEdge[] }>;

/** Alike objects that are drawn one by one. */
const alikeDrawn = 4;

/**
 * What to draw of an object's relations: each object once, all relations between two objects as one line, owners before
 * what they own, and objects that are alike (kind and neighbours) beyond the first few gathered into one box, those in
 * trouble drawn first. Pure.
 */
export function graphOf(rootId: string, relations: readonly Relation[]): Graph {
  const ends = new Map<string, End>();
  for (const { source, target } of relations) ends.set(source.id, source).set(target.id, target);
  const lines = linesOf(relations);
  const drawnEnds = new Set(lines.flatMap(({ from, to }) => [from, to]));
  const gathered = gatherAlike({ rootId, lines, ends });
  const edges = new Map<string, GraphEdge>();
  for (const { type, because, ...line } of lines) {
    const [from, to] = [gathered.get(line.from) ?? line.from, gathered.get(line.to) ?? line.to];
    const id = `${from} → ${to}`;
    const known = edges.get(id);
    edges.set(id, { id, from, to, types: withOne(known?.types, type), because: withOne(known?.because, because) });
  }
  const counts = new Map<string, number>();
  for (const group of gathered.values()) counts.set(group, (counts.get(group) ?? 0) + 1);
  const nodes = [...ends.values()].filter(({ id }) => drawnEnds.has(id) && !gathered.has(id));
  const root = drawnEnds.has(rootId) ? [] : [aloneEnd(rootId)];
  return {
    nodes: [
      ...[...root, ...nodes].map((end) => nodeOf(end, rootId)),
      ...[...counts].map(([id, more]) => groupNode(id, more)),
    ],
    edges: [...edges.values()],
  };
}

type Line = Readonly<{ from: string; to: string; type: string; because: string }>;

/** Relations as lines: owners point at what they own, and what a line in between says already is left out. */
function linesOf(relations: readonly Relation[]): readonly Line[] {
  const owners = new Map<string, Set<string>>();
  for (const { type, source, target } of relations) if (type === "owned_by") addTo(owners, source.id, target.id);
  const isOwnedThrough = (owner: string, owned: string): boolean =>
    [...(owners.get(owned) ?? [])].some((between) => owners.get(between)?.has(owner) === true);
  return relations
    .filter(({ type, source, target }) => type !== "in_namespace" && source.id !== target.id)
    .filter(({ type, source, target }) => type !== "manages" || !isOwnedThrough(source.id, target.id))
    .map(({ type, because, source, target }) =>
      type === "owned_by"
        ? { from: target.id, to: source.id, type: relationWords(type, "target"), because }
        : { from: source.id, to: target.id, type: relationWords(type, "source"), because },
    );
}

const withOne = (known: readonly string[] = [], one: string): readonly string[] =>
  known.includes(one) ? known : [...known, one];

const aloneEnd = (id: string): End => ({ id, exists: true, status: null, reason: null, attributes: {} });

function nodeOf({ id, exists, status, attributes }: End, rootId: string): GraphNode {
  const { kind = "", name = id } = parseId(id) ?? {};
  const health = exists ? healthFrom(attributes["health"]) : "unhealthy";
  return { id, kind, name, status: exists ? (status ?? "") : "missing", health, root: id === rootId };
}

function groupNode(id: string, more: number): GraphNode {
  const kind = id.split("\n").at(-1) ?? "";
  return { id, kind, name: `${more} more`, status: "", health: "unknown", root: false, more };
}

type Drawing = Readonly<{ rootId: string; lines: readonly Line[]; ends: ReadonlyMap<string, End> }>;

/** Which objects stand in which group's box. Nodes of a cluster tell nothing apart: pods are alike wherever they run. */
function gatherAlike({ rootId, lines, ends }: Drawing): ReadonlyMap<string, string> {
  const kindOf = (id: string): string => parseId(id)?.kind ?? "";
  const neighbour = (id: string): string => (kindOf(id) === "Node" ? "Node" : id);
  const signatures = new Map<string, Set<string>>();
  for (const { from, to, type } of lines) {
    addTo(signatures, from, `${type} > ${neighbour(to)}`);
    addTo(signatures, to, `${type} < ${neighbour(from)}`);
  }
  const alike = new Map<string, End[]>();
  for (const [id, signature] of signatures) {
    const end = ends.get(id);
    if (id === rootId || end === undefined) continue;
    const key = [...[...signature].sort(), kindOf(id)].join("\n");
    alike.set(key, [...(alike.get(key) ?? []), end]);
  }
  const gathered = new Map<string, string>();
  for (const [group, members] of alike) {
    if (members.length <= alikeDrawn + 1) continue;
    const worstFirst = members.toSorted((a, b) => rank(b) - rank(a));
    for (const { id } of worstFirst.slice(alikeDrawn)) gathered.set(id, `group\n${group}`);
  }
  return gathered;
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

function rank({ exists, attributes }: End): number {
  if (!exists) return 3;
  const health = healthFrom(attributes["health"]);
  return health === "unhealthy" ? 2 : health === "progressing" ? 1 : 0;
}
