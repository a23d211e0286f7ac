import { type JsonObject, type JsonValue, type KubeObject, toYaml } from "../../model/index.ts";
import { type Findings, type Section } from "../findings.ts";
import { type FleetCall } from "../fleet-call.ts";
import { printTemplate, sortedKeys } from "../json-path/print.ts";
import { chooseTable } from "../tables/choose.ts";
import { type CustomColumn } from "./custom-columns.ts";
import { type Entry, entriesOf, readable, withCluster } from "./entries.ts";
import { type OutputFormat } from "./format.ts";
import { createLayout } from "./layout.ts";
import { createSectionRows, prefixOf, type TableLooks, tableOptions } from "./sections.ts";
import { sortEntries } from "./sort.ts";

/** `single`: one name of one kind was asked for. */
export type PrintCall = FleetCall & Readonly<{ single: boolean }>;

/** Prints what was found in the format asked for. */
export async function printFindings(findings: Findings, format: OutputFormat, call: PrintCall): Promise<void> {
  const found = findings.sections.filter(({ parts }) => parts.some(({ objects }) => objects.length > 0));
  const sections = found.map((section) => ({ section, entries: inOrder(section, call) }));
  const objects = (): readonly KubeObject[] => sections.flatMap(({ entries }) => entries.map(withCluster));
  const document = (): JsonValue => documentOf(objects(), call.single);
  const shown = (): JsonValue =>
    documentOf(
      objects().map((object) => readable(object, call.flags)),
      call.single,
    );
  switch (format.kind) {
    case "table":
      return printTables(sections, { wide: format.wide, prefixKind: findings.kinds > 1 }, call);
    case "name":
      return call.output.write(sections.map(namesOf).join(""));
    case "json":
      return call.output.write(`${JSON.stringify(sortedKeys(shown()), undefined, 4)}\n`);
    case "yaml":
      return call.output.write(toYaml(shown()));
    case "jsonpath":
      return call.output.write(printTemplate(format.template, document()));
    case "custom-columns":
      return printCustomColumns(objects(), format.columns, call);
  }
}

type Sorted = Readonly<{ section: Section; entries: readonly Entry[] }>;

function inOrder(section: Section, { flags }: FleetCall): readonly Entry[] {
  const path = flags.text("sortBy");
  return path === undefined ? entriesOf(section) : sortEntries(entriesOf(section), path);
}

async function printTables(sections: readonly Sorted[], looks: TableLooks, call: FleetCall): Promise<void> {
  const options = tableOptions(call, looks);
  const headless = call.flags.on("noHeaders");
  for (const [index, { section, entries }] of sections.entries()) {
    const { headers, row } = createSectionRows(section.resource, await chooseTable(section, call), options);
    const rows = entries.map(row);
    const lines = createLayout().lines(headless ? rows : [headers, ...rows]);
    await call.output.write(index === 0 || headless ? lines : `\n${lines}`);
  }
}

/** The object itself where one name was asked for and found once, else a v1 List as kubectl makes it. */
const documentOf = (objects: readonly KubeObject[], single: boolean): JsonValue =>
  (single && objects.length === 1 ? objects[0] : undefined) ?? listOf(objects);

const listOf = (items: readonly KubeObject[]): JsonObject => ({
  apiVersion: "v1",
  items,
  kind: "List",
  metadata: { resourceVersion: "" },
});

async function printCustomColumns(
  objects: readonly KubeObject[],
  columns: readonly CustomColumn[],
  call: FleetCall,
): Promise<void> {
  const rows = objects.map((object) => columns.map(({ cell }) => cell(object)));
  const headers = columns.map(({ header }) => header);
  await call.output.write(createLayout().lines(call.flags.on("noHeaders") ? rows : [headers, ...rows]));
}

const namesOf = ({ section, entries }: Sorted): string =>
  entries.map(({ object }) => `${prefixOf(section.resource)}/${object.metadata.name}\n`).join("");
