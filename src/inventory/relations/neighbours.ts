import { type KubeObject, labelsMatch, splitApiVersion } from "../../model/index.ts";
import { kindName, type KindRef } from "../kind-ref.ts";
import { keyOf, nameOfKey, type Table } from "../table/table.ts";
import { type NamedEnd, type RelationType } from "./model.ts";
import { serviceNameLabel } from "./routes.ts";

/** An object of the store, or the name of one that it does not have. */
export type End = Readonly<{ table: Table; row: number }> | Readonly<{ missing: NamedEnd }>;

/** One step from an object: along the relation's direction ("out") or against it ("in"). */
export type Step = Readonly<{ type: RelationType; direction: "out" | "in"; end: End }>;

/** The tables of one cluster. */
export type Cluster = Readonly<{ find(kind: KindRef): Table | undefined; tables(): Iterable<Table> }>;

type Node = Readonly<{ table: Table; row: number }>;

/** Every object that is one relation away, either direction, found by the indexes alone. Of a missing one: who names it. */
export function* neighboursOf(cluster: Cluster, node: End): Iterable<Step> {
  if ("missing" in node) return yield* naming(cluster, node.missing);
  yield* ownersOf(cluster, node);
  yield* namedEnds(cluster, node);
  yield* selected(cluster, node);
  yield* sources(cluster, node);
  yield* selectors(cluster, node);
  yield* sliced(cluster, node);
  yield* managed(cluster, node);
}

const kindOf = ({ table }: Node): string => `${table.resource.group}/${table.resource.kind}`;

const out = (type: RelationType, end: End): Step => ({ type, direction: "out", end });
const into = (type: RelationType, table: Table, rows: Iterable<number>): readonly Step[] =>
  [...rows].map((row) => ({ type, direction: "in", end: { table, row } }));

function resolve(cluster: Cluster, to: NamedEnd): End {
  const table = cluster.find(to);
  const row = table?.rowOf(keyOf(to.namespace, to.name));
  return table === undefined || row === undefined ? { missing: to } : { table, row };
}

function findUid(cluster: Cluster, uid: string): Node | undefined {
  for (const table of cluster.tables()) {
    const row = table.rowOfUid(uid);
    if (row !== undefined) return { table, row };
  }
  return undefined;
}

function* ownersOf(cluster: Cluster, { table, row }: Node): Iterable<Step> {
  for (const uid of table.owners.ownersOf(row)) {
    const end = findUid(cluster, uid) ?? { missing: missingOwner(table.parse(row), uid) };
    yield out("owned_by", end);
  }
}

function missingOwner({ metadata }: KubeObject, uid: string): NamedEnd {
  const owner = metadata.ownerReferences?.find((reference) => reference.uid === uid);
  const { group } = splitApiVersion(owner?.apiVersion ?? "");
  return { group, kind: owner?.kind ?? "", name: owner?.name ?? "", uid };
}

function* namedEnds(cluster: Cluster, node: Node): Iterable<Step> {
  const { table, row } = node;
  for (const { type, to } of table.ends.endsOf(row)) yield out(type, resolve(cluster, to));
  const machine = table.nodes.valueOf(row);
  if (machine !== "") yield out("runs_on", resolve(cluster, { group: "", kind: "Node", name: machine }));
  const namespace = table.namespaces.valueOf(row);
  if (namespace !== "") yield out("in_namespace", resolve(cluster, { group: "", kind: "Namespace", name: namespace }));
  const definition = resolve(cluster, {
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
    name: `${table.resource.plural}.${table.resource.group}`,
  });
  // Kinds that no definition makes are Kubernetes' own.
  if ("table" in definition) yield out("instance_of", definition);
}

function* selected(cluster: Cluster, { table, row }: Node): Iterable<Step> {
  const selector = table.selectors.selectorOf(row);
  const pods = selector && cluster.find({ group: "", kind: "Pod" });
  if (selector === undefined || pods === undefined) return;
  const namespace = pods.namespaces.rows(table.namespaces.valueOf(row));
  for (const { rows } of pods.labels.matching(selector))
    for (const pod of rows) if (namespace.has(pod)) yield out("selects", { table: pods, row: pod });
}

function* sources(cluster: Cluster, node: Node): Iterable<Step> {
  const { group, kind } = node.table.resource;
  const key = node.table.keyAt(node.row);
  const namespace = node.table.namespaces.valueOf(node.row);
  const end: NamedEnd = { group, kind, namespace, name: nameOfKey(key) };
  const uid = node.table.uidAt(node.row);
  yield* naming(cluster, end);
  for (const table of cluster.tables()) {
    if (uid !== "") yield* into("owned_by", table, table.owners.rows(uid));
    if (kindOf(node) === "apiextensions.k8s.io/CustomResourceDefinition" && isMadeBy(table, end.name))
      yield* into("instance_of", table, table.order.after("", Infinity));
  }
}

/** Who names this end, whether it is there or not. */
function* naming(cluster: Cluster, end: NamedEnd): Iterable<Step> {
  const kind = (end.namespace ?? "") === "" ? kindName(end) : "";
  for (const table of cluster.tables()) {
    for (const { type, rows } of table.ends.groups(end)) yield* into(type, table, rows);
    if (kind === "/Node") yield* into("runs_on", table, table.nodes.rows(end.name));
    if (kind === "/Namespace") yield* into("in_namespace", table, table.namespaces.rows(end.name));
  }
}

const isMadeBy = ({ resource }: Table, definition: string): boolean =>
  `${resource.plural}.${resource.group}` === definition;

function* selectors(cluster: Cluster, { table, row }: Node): Iterable<Step> {
  if (table.resource.group !== "" || table.resource.kind !== "Pod") return;
  const labels = table.labels.setOf(row)?.value ?? {};
  for (const other of cluster.tables()) {
    for (const selecting of other.selectors.inNamespace(table.namespaces.valueOf(row))) {
      if (labelsMatch(other.selectors.selectorOf(selecting) ?? [], labels))
        yield { type: "selects", direction: "in", end: { table: other, row: selecting } };
    }
  }
}

const endpointSlice = { group: "discovery.k8s.io", kind: "EndpointSlice" };

/** A Service and its EndpointSlices, which say by a label whose they are. */
function* sliced(cluster: Cluster, node: Node): Iterable<Step> {
  const { table, row } = node;
  const namespace = table.namespaces.valueOf(row);
  if (kindOf(node) === "/Service") {
    const slices = cluster.find(endpointSlice);
    const own = slices?.labels.matching([
      { key: serviceNameLabel, operator: "in", values: [nameOfKey(table.keyAt(row))] },
    ]);
    for (const { rows } of own ?? []) {
      for (const slice of rows)
        if (slices !== undefined && slices.namespaces.valueOf(slice) === namespace)
          yield out("routes_to", { table: slices, row: slice });
    }
  } else if (kindOf(node) === kindName(endpointSlice)) {
    const name = table.labels.setOf(row)?.value[serviceNameLabel];
    const service = name === undefined ? undefined : resolve(cluster, { group: "", kind: "Service", namespace, name });
    // Of one that is missing the slice's owner reference tells.
    if (service !== undefined && "table" in service) yield { type: "routes_to", direction: "in", end: service };
  }
}

/** Who makes pods by way of another kind: manager, and the kind in between. */
const managers: readonly Readonly<{ manager: string; between: KindRef }>[] = [
  { manager: "apps/Deployment", between: { group: "apps", kind: "ReplicaSet" } },
  { manager: "batch/CronJob", between: { group: "batch", kind: "Job" } },
];

function* managed(cluster: Cluster, node: Node): Iterable<Step> {
  const pods = cluster.find({ group: "", kind: "Pod" });
  for (const { manager, between } of managers) {
    const middle = cluster.find(between);
    if (middle === undefined || pods === undefined) continue;
    if (kindOf(node) === manager) {
      for (const row of middle.owners.rows(node.table.uidAt(node.row)))
        for (const pod of pods.owners.rows(middle.uidAt(row))) yield out("manages", { table: pods, row: pod });
    }
    if (node.table !== pods) continue;
    for (const uid of pods.owners.ownersOf(node.row)) {
      const row = middle.rowOfUid(uid);
      for (const upper of row === undefined ? [] : middle.owners.ownersOf(row)) {
        const found = findUid(cluster, upper);
        if (found !== undefined && kindOf(found) === manager) yield { type: "manages", direction: "in", end: found };
      }
    }
  }
}
