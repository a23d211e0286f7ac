import { type KubeObject, numberAt, objectAt } from "../../model/index.ts";
import { ageColumn, amount, field, nameColumn, type Table, type TablesByName, wide } from "./column.ts";
import { containerColumns, selectorColumn } from "./containers.ts";
import { formatLabels } from "./labels.ts";

const template = ["spec", "template"];

const readyOfDesired = (object: KubeObject): string =>
  `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", "replicas") ?? 0}`;

const deploymentTable: Table = [
  nameColumn,
  { header: "READY", cell: readyOfDesired },
  amount("UP-TO-DATE", ["status", "updatedReplicas"]),
  amount("AVAILABLE", ["status", "availableReplicas"]),
  ageColumn,
  ...containerColumns(template),
  selectorColumn(["spec", "selector"], ""),
];

const statefulSetTable: Table = [
  nameColumn,
  { header: "READY", cell: readyOfDesired },
  ageColumn,
  ...containerColumns(template),
];

const replicaColumns = [
  nameColumn,
  amount("DESIRED", ["spec", "replicas"]),
  amount("CURRENT", ["status", "replicas"]),
  amount("READY", ["status", "readyReplicas"]),
  ageColumn,
  ...containerColumns(template),
];

const replicaSetTable: Table = [...replicaColumns, selectorColumn(["spec", "selector"])];

/** Its selector is a plain map of labels. */
const replicationControllerTable: Table = [
  ...replicaColumns,
  wide({ header: "SELECTOR", cell: (object) => formatLabels(objectAt(object, "spec", "selector")) }),
];

const daemonSetTable: Table = [
  nameColumn,
  amount("DESIRED", ["status", "desiredNumberScheduled"]),
  amount("CURRENT", ["status", "currentNumberScheduled"]),
  amount("READY", ["status", "numberReady"]),
  amount("UP-TO-DATE", ["status", "updatedNumberScheduled"]),
  amount("AVAILABLE", ["status", "numberAvailable"]),
  { header: "NODE SELECTOR", cell: (object) => formatLabels(objectAt(object, ...template, "spec", "nodeSelector")) },
  ageColumn,
  ...containerColumns(template),
  selectorColumn(["spec", "selector"]),
];

const podTemplateTable: Table = [
  nameColumn,
  ...containerColumns(["template"]).map((column) => ({ ...column, wide: false })),
  { header: "POD LABELS", cell: (object) => formatLabels(objectAt(object, "template", "metadata", "labels")) },
];

const controllerRevisionTable: Table = [
  nameColumn,
  {
    header: "CONTROLLER",
    cell({ metadata }) {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner === undefined) return "<none>";
      const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
      return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
    },
  },
  field("REVISION", ["revision"], "0"),
  ageColumn,
];

/** By plural and group. */
export const tables: TablesByName = {
  "deployments.apps": deploymentTable,
  "statefulsets.apps": statefulSetTable,
  "daemonsets.apps": daemonSetTable,
  "replicasets.apps": replicaSetTable,
  "controllerrevisions.apps": controllerRevisionTable,
  replicationcontrollers: replicationControllerTable,
  podtemplates: podTemplateTable,
};
