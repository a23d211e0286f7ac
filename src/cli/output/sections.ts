import { type KubeObject, type Resource, statusOf } from "../../model/index.ts";
import { type FleetCall } from "../fleet-call.ts";
import { type CellContext, type Column, type Table } from "../tables/column.ts";
import { formatLabels } from "../tables/labels.ts";
import { colourOf } from "./colour.ts";
import { type Entry } from "./entries.ts";
import { type Cell } from "./layout.ts";

export type TableOptions = Readonly<{
  wide: boolean;
  /** A column for the namespace: -A. */
  namespaces: boolean;
  /** "pod/web-1" instead of "web-1": several kinds are shown. */
  prefixKind: boolean;
  showLabels: boolean;
  labelColumns: readonly string[];
  colour: boolean;
  nowMs: number;
}>;

export type TableLooks = Pick<TableOptions, "wide" | "prefixKind">;

/** The flags that say how tables look. */
export function tableOptions({ flags, output, ports }: FleetCall, looks: TableLooks): TableOptions {
  return {
    ...looks,
    namespaces: flags.on("allNamespaces"),
    showLabels: flags.on("showLabels"),
    labelColumns: flags.list("labelColumns"),
    colour: output.colour,
    nowMs: ports.clock.nowMs(),
  };
}

/** How one kind is shown: its headers, and the cells of one object. */
export type SectionRows = Readonly<{
  headers: readonly string[];
  row(entry: Entry): readonly Cell[];
}>;

/** Cluster first, then the namespace where asked for, then the kind's own columns, then labels. */
export function createSectionRows(resource: Resource, table: Table, options: TableOptions): SectionRows {
  const columns = table.filter((column) => options.wide || column.wide !== true);
  const namespaces = options.namespaces && resource.namespaced;
  const labelHeaders = options.labelColumns.map((key) => key.slice(key.lastIndexOf("/") + 1).toUpperCase());
  return {
    headers: [
      "CLUSTER",
      ...(namespaces ? ["NAMESPACE"] : []),
      ...columns.map(({ header }) => header),
      ...labelHeaders,
      ...(options.showLabels ? ["LABELS"] : []),
    ],
    row: ({ cluster: { id: cluster }, object, kept }) => [
      cluster,
      ...(namespaces ? [object.metadata.namespace ?? ""] : []),
      ...columns.map((column) => cellOf(column, object, { ...options, resource, cluster, kept })),
      ...options.labelColumns.map((key) => object.metadata.labels?.[key] ?? ""),
      ...(options.showLabels ? [formatLabels(object.metadata.labels)] : []),
    ],
  };
}

type CellOptions = TableOptions & CellContext & Readonly<{ resource: Resource }>;

function cellOf(column: Column, object: KubeObject, options: CellOptions): Cell {
  const text = column.cell(object, options);
  if (column.name === true && options.prefixKind) return `${prefixOf(options.resource)}/${text}`;
  if (column.state !== true || !options.colour) return text;
  return { text, colour: colourOf(statusOf(object).healthy) };
}

/** "pod", "deployment.apps": how kubectl writes a kind before a name. */
export const prefixOf = ({ singular, kind, group }: Resource): string => {
  const name = singular === "" ? kind.toLowerCase() : singular;
  return group === "" ? name : `${name}.${group}`;
};
