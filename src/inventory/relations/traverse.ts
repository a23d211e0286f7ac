import { type Table } from "../table/table.ts";
import { type NamedEnd, type Relation, type Relations, type RelationsQuery, type RelationType } from "./model.ts";
import { type Cluster, type End, neighboursOf } from "./neighbours.ts";

type Node = Readonly<{ table: Table; row: number }>;

const defaultLimit = 1_000;

/** A node to go on from, and which way: a tree goes on from most nodes in one direction only. */
type Edge = Readonly<{ node: End; way: "out" | "in" | "both" }>;

/**
 * Breadth first from `start`: each object is left once each way, each relation told once, however it was come by. From
 * the name of one that is missing it goes on to whoever names it.
 */
export function traverse(cluster: Cluster, start: End, query: RelationsQuery): Relations {
  const { depth = 1, direction = "both", limit = defaultLimit } = query;
  const relations = new Map<string, Relation>();
  const first: Edge = { node: start, way: direction === "tree" ? "both" : direction };
  const left = new Set([edgeName(first)]);
  let edges: readonly Edge[] = [first];
  for (let hop = 0; hop < depth && edges.length > 0; hop++) {
    const next: Edge[] = [];
    for (const { edge, step } of stepsFrom(cluster, edges, query)) {
      const name = relationName(edge.node, step);
      const known = relations.has(name);
      if (!known && relations.size >= limit) return { relations: [...relations.values()], cut: true };
      if (!known) relations.set(name, relationOf(edge.node, step));
      if ("missing" in step.end) continue;
      const goesOn = direction !== "tree" || isOwned(step, edge.way) ? first.way : step.direction;
      const onward: Edge = { node: step.end, way: goesOn };
      if (left.has(edgeName(onward))) continue;
      left.add(edgeName(onward));
      next.push(onward);
    }
    edges = next;
  }
  return { relations: [...relations.values()], cut: false };
}

function* stepsFrom(cluster: Cluster, edges: readonly Edge[], { types }: RelationsQuery) {
  for (const edge of edges) {
    for (const step of neighboursOf(cluster, edge.node)) {
      const wanted = edge.way === "both" || step.direction === edge.way;
      if (wanted && (types?.includes(step.type) ?? true)) yield { edge, step };
    }
  }
}

/** What belongs to whoever is gone on from in both directions. */
const isOwned = ({ type, direction }: Found, way: Edge["way"]): boolean =>
  way === "both" && type === "owned_by" && direction === "in";

const edgeName = ({ node, way }: Edge): string => `${way} ${endName(node)}`;

type Found = Readonly<{ type: RelationType; direction: "out" | "in"; end: End }>;

const nameOf = ({ table, row }: Node): string => `${table.resource.group}/${table.resource.kind} ${table.keyAt(row)}`;

const endName = (end: End): string => ("missing" in end ? missingName(end.missing) : nameOf(end));

const missingName = ({ group, kind, namespace = "", name, uid = "" }: NamedEnd): string =>
  `? ${group}/${kind} ${namespace} ${name} ${uid}`;

const relationName = (node: End, { type, direction, end }: Found): string =>
  (direction === "out" ? [endName(node), type, endName(end)] : [endName(end), type, endName(node)]).join(" → ");

function relationOf(node: End, { type, direction, end }: Found): Relation {
  const [from, to] = direction === "out" ? [node, end] : [end, node];
  // Only what is there names another.
  if ("missing" in from) throw new Error(`a relation from ${endName(from)}, which is missing`);
  const own = from.table.refAt(from.row);
  return "missing" in to ? { type, from: own, missing: to.missing } : { type, from: own, to: to.table.refAt(to.row) };
}
