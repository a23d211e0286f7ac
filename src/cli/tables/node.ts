import { type KubeObject, listAt, stringAt } from "../../model/index.ts";
import {
  ageColumn,
  type Column,
  field,
  nameColumn,
  statusColumn,
  type Table,
  type TablesByName,
  wide,
} from "./column.ts";

const nodeTable: Table = [
  nameColumn,
  statusColumn,
  { header: "ROLES", cell: (node) => nodeRoles(node).join(",") || "<none>" },
  ageColumn,
  field("VERSION", ["status", "nodeInfo", "kubeletVersion"]),
  address("INTERNAL-IP", "InternalIP"),
  address("EXTERNAL-IP", "ExternalIP"),
  wide(field("OS-IMAGE", ["status", "nodeInfo", "osImage"], "<unknown>")),
  wide(field("KERNEL-VERSION", ["status", "nodeInfo", "kernelVersion"], "<unknown>")),
  wide(field("CONTAINER-RUNTIME", ["status", "nodeInfo", "containerRuntimeVersion"], "<unknown>")),
];

/** Roles of a node by its labels, sorted: node-role.kubernetes.io/<role> and kubernetes.io/role=<role>. */
export function nodeRoles({ metadata }: KubeObject): readonly string[] {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix)) return [key.slice(prefix.length)];
    return key === "kubernetes.io/role" ? [value] : [];
  });
  return [...new Set(roles)].filter((role) => role !== "").sort();
}

function address(header: string, type: string): Column {
  return wide({
    header,
    cell(node) {
      const found = listAt(node, "status", "addresses").find((entry) => stringAt(entry, "type") === type);
      return stringAt(found, "address") ?? "<none>";
    },
  });
}

/** By plural and group. */
export const tables: TablesByName = {
  nodes: nodeTable,
};
