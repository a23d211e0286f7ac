import { type Resource, resourceName } from "../../model/index.ts";
import { ageColumn, nameColumn, type Table } from "./column.ts";

/** Loaded when first asked for: a command shows one or two kinds of some fifty. */
const builtIn: Readonly<Record<string, () => Promise<Table>>> = {
  pods: async () => (await import("./pod.ts")).podTable,
};

/** The columns of a kind that Heddle knows by itself; undefined for all others. */
export async function builtInTable(resource: Resource): Promise<Table | undefined> {
  const name = resourceName(resource);
  return Object.hasOwn(builtIn, name) ? builtIn[name]?.() : undefined;
}

/** What can be said of any object. */
export const genericTable: Table = [nameColumn, ageColumn];
