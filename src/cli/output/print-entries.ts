import { type Resource, toYaml } from "../../model/index.ts";
import { type FleetCall } from "../fleet-call.ts";
import { printTemplate, sortedKeys } from "../json-path/print.ts";
import { chooseTable } from "../tables/choose.ts";
import { type Flags } from "../flags.ts";
import { type Entry, readable, withCluster } from "./entries.ts";
import { type OutputFormat } from "./format.ts";
import { createLayout } from "./layout.ts";
import { createSectionRows, prefixOf, tableOptions } from "./sections.ts";

/** Prints entries of one kind as they come, one after the other. */
export type EntryPrinter = Readonly<{ print(entries: readonly Entry[]): Promise<void> }>;

/** A printer for changes: headers come once; documents stand for themselves, not in a List. */
export async function createEntryPrinter(
  call: FleetCall,
  format: OutputFormat,
  resource: Resource,
): Promise<EntryPrinter> {
  if (format.kind === "table") return tablePrinter(call, format.wide, resource);
  if (format.kind === "custom-columns") {
    const headers = format.columns.map(({ header }) => header);
    return rowPrinter(call, headers, (entry) => format.columns.map(({ cell }) => cell(withCluster(entry))));
  }
  const toText = documentText(format, resource, call.flags);
  return {
    async print(entries) {
      for (const entry of entries) await call.output.write(toText(entry));
    },
  };
}

async function tablePrinter(call: FleetCall, wide: boolean, resource: Resource): Promise<EntryPrinter> {
  const parts = call.clusters.map((cluster) => ({ cluster, resource, objects: [], kept: false }));
  const table = await chooseTable({ resource, parts }, call);
  const rowsNow = () => createSectionRows(resource, table, tableOptions(call, { wide, prefixKind: false }));
  return rowPrinter(call, rowsNow().headers, (entry) => rowsNow().row(entry));
}

type Row = Parameters<ReturnType<typeof createLayout>["lines"]>[0][number];

function rowPrinter(call: FleetCall, headers: readonly string[], rowOf: (entry: Entry) => Row): EntryPrinter {
  const layout = createLayout();
  let first = !call.flags.on("noHeaders");
  return {
    async print(entries) {
      if (entries.length === 0) return;
      const rows = entries.map(rowOf);
      const lines = layout.lines(first ? [headers, ...rows] : rows);
      first = false;
      await call.output.write(lines);
    },
  };
}

type DocumentFormat = Exclude<OutputFormat, { kind: "table" } | { kind: "custom-columns" }>;

function documentText(format: DocumentFormat, resource: Resource, flags: Flags): (entry: Entry) => string {
  switch (format.kind) {
    case "name":
      return ({ object }) => `${prefixOf(resource)}/${object.metadata.name}\n`;
    case "json":
      return (entry) => `${JSON.stringify(sortedKeys(readable(withCluster(entry), flags)), undefined, 4)}\n`;
    case "yaml":
      return (entry) => `---\n${toYaml(readable(withCluster(entry), flags))}`;
    case "jsonpath":
      return (entry) => printTemplate(format.template, withCluster(entry));
  }
}
