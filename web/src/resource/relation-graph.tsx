import "@xyflow/react/dist/base.css";
import { useNavigate } from "@tanstack/react-router";
import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { useMemo, useState } from "react";
import { parseId, resourcePath } from "../resource-path.ts";
import { StateMark } from "../state-mark.tsx";
import { graphOf, type GraphEdge, type GraphNode } from "./graph.ts";
import { layOut, nodeSize } from "./graph-layout.ts";
import { type Relation } from "./relations.ts";
import styles from "./relation-graph.module.css";

type Box = Node<GraphNode, "box">;

const nodeTypes = { box: BoxNode };

/** Relations as a drawing, from left to right; pointing at a relation says why it is. */
export function RelationGraph({ id, relations }: Readonly<{ id: string; relations: readonly Relation[] }>) {
  const navigate = useNavigate();
  const graph = useMemo(() => graphOf(id, relations), [id, relations]);
  // Told changes keep their boxes where they were, unless something came or went.
  const shape = JSON.stringify([graph.nodes.map(({ id }) => id), graph.edges.map(({ id }) => id)]);
  // oxlint-disable-next-line react/exhaustive-deps -- The layout follows the shape, not what stands in the boxes.
  const places = useMemo(() => layOut(graph), [shape]);
  const [pointed, setPointed] = useState<string>();
  const nodes = useMemo(
    () =>
      graph.nodes.map((data): Box => {
        const position = places.get(data.id) ?? { x: 0, y: 0 };
        return { id: data.id, type: "box", data, position, ...nodeSize, ariaLabel: labelOf(data) };
      }),
    [graph, places],
  );
  const edges = useMemo(() => {
    const named = graph.edges.length <= allNamedUpTo;
    return graph.edges.map((edge) => lineOf(edge, { named, pointed: isPointed(edge, pointed) }));
  }, [graph, pointed]);
  const why = graph.edges.find((edge) => edge.id === pointed);
  return (
    <div className={styles["graph"]}>
      <ReactFlow
        key={id}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
        minZoom={0.1}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable
        onlyRenderVisibleElements={graph.nodes.length > 80}
        onNodeClick={(_event, { data }) => {
          if (data.more === undefined) void navigate({ to: resourcePath(data.id), search: { tab: "relations" } });
        }}
        onNodeMouseEnter={(_event, node) => setPointed(node.id)}
        onNodeMouseLeave={() => setPointed(undefined)}
        onEdgeMouseEnter={(_event, edge) => setPointed(edge.id)}
        onEdgeMouseLeave={() => setPointed(undefined)}
        onEdgeClick={(_event, edge) => setPointed(edge.id)}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
      <p className={styles["why"]} role="status">
        {why === undefined ? "Point at a relation to see why it is." : <Why edge={why} />}
      </p>
    </div>
  );
}

const labelOf = ({ kind, name, status }: GraphNode): string => [kind, name, status].filter(Boolean).join(" ");

/** Of few relations each has its name; of many those that are pointed at, or lead to what is. */
const allNamedUpTo = 14;

const isPointed = ({ id, from, to }: GraphEdge, pointed: string | undefined): boolean =>
  pointed !== undefined && [id, from, to].includes(pointed);

const lineOf = (edge: GraphEdge, { named, pointed }: Readonly<{ named: boolean; pointed: boolean }>): Edge => ({
  id: edge.id,
  source: edge.from,
  target: edge.to,
  ...((named || pointed) && { label: edge.types.join(", ") }),
  className: pointed ? (styles["pointed"] ?? "") : "",
  labelBgPadding: [4, 2],
  labelBgBorderRadius: 3,
  interactionWidth: 14,
  zIndex: pointed ? 1 : 0,
  ariaLabel: `${labelOfId(edge.from)} ${edge.types.join(", ")} ${labelOfId(edge.to)}`,
  markerEnd: {
    type: MarkerType.ArrowClosed,
    markerUnits: "userSpaceOnUse",
    width: 18,
    height: 18,
    color: pointed ? "var(--accent)" : "var(--edge)",
  },
});

const labelOfId = (id: string): string => {
  const name = parseId(id);
  return name === undefined ? "more alike" : `${name.kind} ${name.name}`;
};

function Why({ edge: { types, because } }: Readonly<{ edge: GraphEdge }>) {
  return (
    <>
      <strong>{types.join(", ")}</strong>, because {because.slice(0, 3).join("; ")}
      {because.length > 3 && ` and ${because.length - 3} more`}
    </>
  );
}

function BoxNode({ data }: NodeProps<Box>) {
  const { kind, name, status, health, root, more } = data;
  const look = [styles["box"], root && styles["root"], more !== undefined && styles["group"], styles[health]];
  return (
    <div className={look.filter(Boolean).join(" ")} title={labelOf(data)}>
      <Handle type="target" position={Position.Left} isConnectable={false} className={styles["handle"]} />
      <span className={styles["kind"]}>
        <StateMark health={health} />
        {kind}
        <span className={`cut ${styles["status"]}`}>{status === "Present" ? "" : status}</span>
      </span>
      <span className={`cut ${styles["name"]}`}>{name}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} className={styles["handle"]} />
    </div>
  );
}
