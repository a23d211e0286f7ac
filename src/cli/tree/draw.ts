import { stringAt } from "../../model/index.ts";
import { type Cell, createLayout } from "../output/layout.ts";
import { type TreeEnd, type TreeNode } from "./model.ts";

export type TreeLooks = Readonly<{ colour: boolean; headers: boolean }>;

const colours: Readonly<Record<string, string>> = {
  healthy: "\u001b[32m",
  progressing: "\u001b[33m",
  unhealthy: "\u001b[31m",
};

/** The tree in lines: branches and names, then how each object is. */
export function drawTree(root: TreeNode, looks: TreeLooks): string {
  const rows: (readonly Cell[])[] = looks.headers ? [["OBJECT", "READY", "STATUS"]] : [];
  const walk = (node: TreeNode, lead: string, below: string): void => {
    rows.push([
      `${lead}${nameOf(node, root.end)}`,
      stringAt(node.end.attributes, "ready") ?? "",
      stateOf(node.end, looks),
    ]);
    for (const [index, child] of node.children.entries()) {
      const last = index === node.children.length - 1;
      walk(child, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    }
  };
  walk(root, "", "");
  return createLayout().lines(rows);
}

/** "uses configmap/settings"; the namespace where it is another than the root's. */
function nameOf({ words, end }: TreeNode, root: TreeEnd): string {
  const { group, kind, namespace, name } = end;
  const other = namespace !== undefined && namespace !== root.namespace ? ` in ${namespace}` : "";
  return `${words === "" ? "" : `${words} `}${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}${other}`;
}

function stateOf({ missing, attributes }: TreeEnd, { colour }: TreeLooks): Cell {
  if (missing) return colour ? { text: "missing", colour: colours["unhealthy"] ?? "" } : "missing";
  const status = stringAt(attributes, "status") ?? "";
  // The word of kinds that have no state: they are drawn, so they are there.
  const text = status === "Present" ? "" : status;
  return colour ? { text, colour: colours[stringAt(attributes, "health") ?? ""] ?? "" } : text;
}
