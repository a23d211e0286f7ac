import { jsonAt, type KubeObject, objectAt, stringAt } from "../../model/index.ts";
import {
  ageColumn,
  amount,
  count,
  createdAtColumn,
  field,
  nameColumn,
  sizeOf,
  statusColumn,
  type Table,
  type TablesByName,
} from "./column.ts";

const namespaceTable: Table = [nameColumn, statusColumn, ageColumn];

const configMapTable: Table = [
  nameColumn,
  { header: "DATA", cell: (map) => String(sizeOf(map["data"]) + sizeOf(map["binaryData"])) },
  ageColumn,
];

const secretTable: Table = [
  nameColumn,
  field("TYPE", ["type"]),
  { header: "DATA", cell: (secret, { kept }) => (kept ? "<not kept>" : String(sizeOf(secret["data"]))) },
  ageColumn,
];

const serviceAccountTable: Table = [nameColumn, count("SECRETS", ["secrets"]), ageColumn];

/** For kinds that the API server shows with nothing but their creation time: roles, limit ranges, CRDs. */
const createdAtTable: Table = [nameColumn, createdAtColumn];

const leaseTable: Table = [nameColumn, field("HOLDER", ["spec", "holderIdentity"]), ageColumn];

const resourceQuotaTable: Table = [
  nameColumn,
  { header: "REQUEST", cell: (quota) => quotaUse(quota, false) },
  { header: "LIMIT", cell: (quota) => quotaUse(quota, true) },
  ageColumn,
];

function quotaUse(quota: KubeObject, limits: boolean): string {
  const used = objectAt(quota, "status", "used");
  return Object.entries(objectAt(quota, "status", "hard"))
    .filter(([name]) => name.startsWith("limits.") === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${stringAt(used, name) ?? "0"}/${String(hard)}`)
    .join(", ");
}

const priorityClassTable: Table = [
  nameColumn,
  amount("VALUE", ["value"]),
  field("GLOBAL-DEFAULT", ["globalDefault"], "false"),
  ageColumn,
  field("PREEMPTIONPOLICY", ["preemptionPolicy"]),
];

const runtimeClassTable: Table = [nameColumn, field("HANDLER", ["handler"]), ageColumn];

const podDisruptionBudgetTable: Table = [
  nameColumn,
  field("MIN AVAILABLE", ["spec", "minAvailable"], "N/A"),
  field("MAX UNAVAILABLE", ["spec", "maxUnavailable"], "N/A"),
  amount("ALLOWED DISRUPTIONS", ["status", "disruptionsAllowed"]),
  ageColumn,
];

const apiServiceTable: Table = [
  nameColumn,
  {
    header: "SERVICE",
    cell(apiService) {
      const service = objectAt(apiService, "spec", "service");
      const local = jsonAt(apiService, "spec", "service") === undefined;
      return local ? "Local" : `${stringAt(service, "namespace") ?? ""}/${stringAt(service, "name") ?? ""}`;
    },
  },
  { ...statusColumn, header: "AVAILABLE" },
  ageColumn,
];

/** By plural and group. */
export const tables: TablesByName = {
  namespaces: namespaceTable,
  configmaps: configMapTable,
  secrets: secretTable,
  serviceaccounts: serviceAccountTable,
  resourcequotas: resourceQuotaTable,
  limitranges: createdAtTable,
  "roles.rbac.authorization.k8s.io": createdAtTable,
  "clusterroles.rbac.authorization.k8s.io": createdAtTable,
  "customresourcedefinitions.apiextensions.k8s.io": createdAtTable,
  "apiservices.apiregistration.k8s.io": apiServiceTable,
  "leases.coordination.k8s.io": leaseTable,
  "priorityclasses.scheduling.k8s.io": priorityClassTable,
  "runtimeclasses.node.k8s.io": runtimeClassTable,
  "poddisruptionbudgets.policy": podDisruptionBudgetTable,
};
