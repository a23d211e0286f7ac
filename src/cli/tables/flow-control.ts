import { listAt, stringAt } from "../../model/index.ts";
import { ageColumn, amount, field, nameColumn, type Table, type TablesByName } from "./column.ts";

const flowSchemaTable: Table = [
  nameColumn,
  field("PRIORITYLEVEL", ["spec", "priorityLevelConfiguration", "name"]),
  amount("MATCHINGPRECEDENCE", ["spec", "matchingPrecedence"]),
  field("DISTINGUISHERMETHOD", ["spec", "distinguisherMethod", "type"], "<none>"),
  ageColumn,
  {
    header: "MISSINGPL",
    cell(schema) {
      const dangling = listAt(schema, "status", "conditions").find((entry) => stringAt(entry, "type") === "Dangling");
      return stringAt(dangling, "status") ?? "?";
    },
  },
];

const priorityLevelTable: Table = [
  nameColumn,
  field("TYPE", ["spec", "type"]),
  field("NOMINALCONCURRENCYSHARES", ["spec", "limited", "nominalConcurrencyShares"], "<none>"),
  field("QUEUES", ["spec", "limited", "limitResponse", "queuing", "queues"], "<none>"),
  field("HANDSIZE", ["spec", "limited", "limitResponse", "queuing", "handSize"], "<none>"),
  field("QUEUELENGTHLIMIT", ["spec", "limited", "limitResponse", "queuing", "queueLengthLimit"], "<none>"),
  ageColumn,
];

/** By plural and group. */
export const tables: TablesByName = {
  "flowschemas.flowcontrol.apiserver.k8s.io": flowSchemaTable,
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": priorityLevelTable,
};
