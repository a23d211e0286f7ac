import { type ClusterId, type Resource, resourceName } from "../../model/index.ts";
import { type Section } from "../findings.ts";
import { type FleetCall } from "../fleet-call.ts";
import { type Column, type Table } from "./column.ts";
import { customTable } from "./custom.ts";
import { builtInTable, genericTable } from "./registry.ts";

/**
 * How to show a kind: by its built-in table, by the columns of its CustomResourceDefinition (asked of every cluster,
 * which may differ: the headers are those of all of them), or by name and age where there is neither.
 */
export async function chooseTable({ resource, parts }: Section, call: FleetCall): Promise<Table> {
  const known = await builtInTable(resource);
  if (known !== undefined) return known;
  if (!resource.group.includes(".")) return genericTable;
  const versions = new Map(parts.map((part) => [part.cluster.id, part.resource]));
  return mergeTables(await customTables(versions, resource, call));
}

async function customTables(
  versions: ReadonlyMap<ClusterId, Resource>,
  resource: Resource,
  { session, signal }: FleetCall,
): Promise<ReadonlyMap<ClusterId, Table>> {
  const query = {
    kind: "customresourcedefinitions.apiextensions.k8s.io",
    names: [resourceName(resource)],
    clusters: [...versions.keys()],
  };
  const tables = new Map<ClusterId, Table>();
  for await (const answer of session.reader.list(query, signal)) {
    // A cluster that shows objects but not their definition still shows them, by name and age.
    const definition = answer.value?.objects[0];
    const version = versions.get(answer.cluster)?.version ?? resource.version;
    tables.set(answer.cluster, definition === undefined ? genericTable : customTable(definition, version));
  }
  return tables;
}

/** One column for each header, in the order of first appearance; each cluster fills it by its own definition. */
function mergeTables(tables: ReadonlyMap<ClusterId, Table>): Table {
  const headers = new Map<string, Column>();
  for (const column of [...tables.values()].flat()) if (!headers.has(column.header)) headers.set(column.header, column);
  return [...headers.values()].map((column) => ({
    ...column,
    cell(object, context) {
      const own = tables.get(context.cluster)?.find(({ header }) => header === column.header);
      return own?.cell(object, context) ?? "";
    },
  }));
}
