import { type JsonValue } from "../../model/index.ts";
import { type Findings, type Section } from "../findings.ts";
import { type FleetCall } from "../fleet-call.ts";
import { chooseTable } from "../tables/choose.ts";
import { listOf, objectsOf } from "./documents.ts";
import { type OutputFormat } from "./format.ts";
import { createLayout } from "./layout.ts";
import { createSectionRows, prefixOf, type TableOptions } from "./sections.ts";

/** Prints what was found in the format asked for. */
export async function printFindings(findings: Findings, format: OutputFormat, call: FleetCall): Promise<void> {
  const sections = findings.sections.filter(({ parts }) => parts.some(({ objects }) => objects.length > 0));
  switch (format.kind) {
    case "table":
    case "wide":
      return printTables(sections, format.kind === "wide", call);
    case "json":
      return call.output.write(`${JSON.stringify(documentOf(sections, call), undefined, 4)}\n`);
    case "yaml":
      return;
    case "name":
      return call.output.write(sections.map(namesOf).join(""));
    case "jsonpath":
    case "custom-columns":
      return;
  }
}

async function printTables(sections: readonly Section[], wide: boolean, call: FleetCall): Promise<void> {
  const options = tableOptions(call, { wide, prefixKind: sections.length > 1 });
  for (const [index, section] of sections.entries()) {
    const { headers, row } = createSectionRows(section.resource, await chooseTable(section, call), options);
    const rows = section.parts.flatMap(({ cluster, objects }) => objects.map((object) => row(cluster.id, object)));
    const lines = createLayout().lines(call.flags.on("noHeaders") ? rows : [headers, ...rows]);
    await call.output.write(index === 0 ? lines : `\n${lines}`);
  }
}

/** The flags that say how tables look. */
export function tableOptions(
  { flags, output, ports }: FleetCall,
  given: Pick<TableOptions, "wide" | "prefixKind">,
): TableOptions {
  return {
    ...given,
    namespaces: flags.on("allNamespaces"),
    showLabels: flags.on("showLabels"),
    labelColumns: flags.list("labelColumns"),
    colour: output.colour,
    nowMs: ports.clock.nowMs(),
  };
}

/** One object where one name was asked for and found once, else a List. */
function documentOf(sections: readonly Section[], { args }: FleetCall): JsonValue {
  const objects = objectsOf(sections.flatMap(({ parts }) => parts));
  const [only] = objects;
  const oneAsked = args.length === 2 || (args.length === 1 && /^[^,]+\/[^,]+$/.test(args[0] ?? ""));
  return only !== undefined && objects.length === 1 && oneAsked ? only : listOf(objects);
}

const namesOf = ({ resource, parts }: Section): string =>
  parts.flatMap(({ objects }) => objects.map(({ metadata }) => `${prefixOf(resource)}/${metadata.name}\n`)).join("");
