import dagre from "@dagrejs/dagre";
import { type Graph } from "./graph.ts";

export const nodeSize = { width: 208, height: 52 } as const;

/** Where each box stands: the upper left corner, by the node's id. */
export type Places = ReadonlyMap<string, Readonly<{ x: number; y: number }>>;

/** Lays a graph out from left to right, along its relations. Pure. */
export function layOut({ nodes, edges }: Graph): Places {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 88, edgesep: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  for (const { id, from, to } of edges) graph.setEdge(from, to, {}, id);
  dagre.layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}
