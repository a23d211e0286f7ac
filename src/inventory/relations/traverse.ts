import { type Table } from "../table/table.ts";
import { type Relation, type Relations, type RelationsQuery, type RelationType } from "./model.ts";
import { type Cluster, type End, neighboursOf } from "./neighbours.ts";

type Node = Readonly<{ table: Table; row: number }>;

const defaultLimit = 1_000;

/** Breadth first from `start`: each object is left once, each relation told once, however it was come by. */
export function traverse(cluster: Cluster, start: Node, query: RelationsQuery): Relations {
  const { depth = 1, types, direction = "both", limit = defaultLimit } = query;
  const relations = new Map<string, Relation>();
  const left = new Set([nameOf(start)]);
  let edge: readonly Node[] = [start];
  for (let hop = 0; hop < depth && edge.length > 0; hop++) {
    const next: Node[] = [];
    for (const node of edge) {
      for (const step of neighboursOf(cluster, node)) {
        if (direction !== "both" && step.direction !== direction) continue;
        if (types !== undefined && !types.includes(step.type)) continue;
        const name = relationName(node, step);
        if (relations.has(name)) continue;
        if (relations.size >= limit) return { relations: [...relations.values()], cut: true };
        relations.set(name, relationOf(node, step));
        if ("missing" in step.end || left.has(nameOf(step.end))) continue;
        left.add(nameOf(step.end));
        next.push(step.end);
      }
    }
    edge = next;
  }
  return { relations: [...relations.values()], cut: false };
}

type Found = Readonly<{ type: RelationType; direction: "out" | "in"; end: End }>;

const nameOf = ({ table, row }: Node): string => `${table.resource.group}/${table.resource.kind} ${table.keyAt(row)}`;

const endName = (end: End): string => ("missing" in end ? `? ${JSON.stringify(end.missing)}` : nameOf(end));

const relationName = (node: Node, { type, direction, end }: Found): string =>
  (direction === "out" ? [nameOf(node), type, endName(end)] : [endName(end), type, nameOf(node)]).join(" → ");

function relationOf(node: Node, { type, direction, end }: Found): Relation {
  const own = node.table.refAt(node.row);
  if ("missing" in end) return { type, from: own, missing: end.missing };
  const other = end.table.refAt(end.row);
  return direction === "out" ? { type, from: own, to: other } : { type, from: other, to: own };
}
