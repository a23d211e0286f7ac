import { type Edge, endKey, type TreeEnd, type TreeNode } from "./model.ts";

/**
 * Which relations to go: along them, against them, both; "tree": both from the root and what it owns, from everything
 * else only in the direction that led to it.
 */
export type Way = "out" | "in" | "both" | "tree";

const words: Readonly<Record<string, readonly [out: string, into: string]>> = {
  owned_by: ["owned by", ""],
  manages: ["manages", "managed by"],
  runs_on: ["runs on", "runs"],
  uses: ["uses", "used by"],
  bound_to: ["bound to", "bound by"],
  selects: ["selects", "selected by"],
  routes_to: ["routes to", "traffic from"],
  scales: ["scales", "scaled by"],
  binds: ["binds", "bound by"],
  attached_to: ["attached to", "attached by"],
  in_namespace: ["in", "holds"],
  instance_of: ["instance of", "defines"],
};

/**
 * The tree that hangs on `root`: what it owns first, then what it needs and what needs it. Each object's own relations
 * are drawn once, where it stands nearest to the root.
 */
export function buildTree(
  root: TreeEnd,
  edges: readonly Edge[],
  options: Readonly<{ depth: number; way: Way }>,
): TreeNode {
  const byEnd = indexEdges(edges);
  const expanded = new Set([endKey(root)]);
  const top: Draft = { words: "", end: root, repeated: false, children: [] };
  let level: readonly Readonly<{ draft: Draft; way: Way }>[] = [{ draft: top, way: options.way }];
  // Breadth first: what is near is drawn near.
  for (let depth = 0; depth < options.depth && level.length > 0; depth++) {
    level = level.flatMap(({ draft, way }) =>
      stepsFrom(draft.end, byEnd, way)
        .filter(({ end }) => endKey(end) !== endKey(draft.end))
        .filter((step) => !isWayBack(step, draft))
        .flatMap((step) => {
          const { type, direction, because, end } = step;
          const repeated = expanded.has(endKey(end));
          expanded.add(endKey(end));
          const [out = type, into = type] = words[type] ?? [];
          const child: Draft = {
            words: (direction === "out" ? out : into).replaceAll("_", " "),
            relation: { type, direction, because },
            end,
            repeated,
            children: [],
            above: draft,
          };
          draft.children.push(child);
          return repeated ? [] : [{ draft: child, way: wayOn(step, way) }];
        }),
    );
  }
  return finish(top);
}

const wayOn = (step: Step, way: Way): Way => (way === "tree" && !isOwned(step) ? step.direction : way);

type Step = Readonly<{ type: string; direction: "out" | "in"; because: string; end: TreeEnd }>;
type Draft = Omit<TreeNode, "children"> & { readonly children: Draft[]; readonly above?: Draft };

const isOwned = ({ type, direction }: Step): boolean => type === "owned_by" && direction === "in";

/** The relation by which the node was reached, seen from its other side. */
const isWayBack = ({ type, direction, end }: Step, { relation, above }: Draft): boolean =>
  above !== undefined &&
  relation?.type === type &&
  relation.direction !== direction &&
  endKey(above.end) === endKey(end);

function indexEdges(edges: readonly Edge[]): ReadonlyMap<string, readonly Step[]> {
  const index = new Map<string, Map<string, Step>>();
  const add = (at: TreeEnd, step: Step): void => {
    const steps = index.get(endKey(at)) ?? new Map<string, Step>();
    index.set(endKey(at), steps.set(`${step.type} ${step.direction} ${endKey(step.end)}`, step));
  };
  for (const { type, because, from, to } of edges) {
    add(from, { type, direction: "out", because, end: to });
    add(to, { type, direction: "in", because, end: from });
  }
  return new Map([...index].map(([key, steps]) => [key, [...steps.values()].sort(compareSteps)]));
}

const stepsFrom = (end: TreeEnd, index: ReadonlyMap<string, readonly Step[]>, way: Way): readonly Step[] =>
  (index.get(endKey(end)) ?? []).filter(({ direction }) => way === "both" || way === "tree" || way === direction);

const order = [
  "owned_by",
  "manages",
  "selects",
  "routes_to",
  "scales",
  "runs_on",
  "bound_to",
  "uses",
  "attached_to",
  "binds",
];

/** What is owned first, then by relation, then by name with numbers in their order. */
const compareSteps = (a: Step, b: Step): number =>
  Number(isOwned(b)) - Number(isOwned(a)) ||
  placeOf(a) - placeOf(b) ||
  a.end.kind.localeCompare(b.end.kind) ||
  a.end.name.localeCompare(b.end.name, "en", { numeric: true });

const placeOf = ({ type }: Step): number => (order.indexOf(type) + order.length + 1) % (order.length + 1);

const finish = ({ words, relation, end, repeated, children }: Draft): TreeNode => ({
  words,
  ...(relation && { relation }),
  end,
  repeated,
  children: children.map(finish),
});
