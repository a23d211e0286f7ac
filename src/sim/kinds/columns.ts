import { statusOf } from "../../model/index.ts";
import { type TableColumn } from "./model.ts";

const column = (name: string, path: string, type = "string"): TableColumn => ({
  name,
  type,
  path,
  priority: 0,
  description: "",
});

const age = column("Age", ".metadata.creationTimestamp", "date");

/** kubectl's one word for how an object is. */
const status: TableColumn = { ...column("Status", ""), cell: (object) => statusOf(object).word };

/** Table columns of a few kinds, as far as one path each can tell them. */
export const builtInColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  ConfigMap: [age],
  Namespace: [status, age],
  Node: [status, column("Version", ".status.nodeInfo.kubeletVersion"), age],
  Pod: [status, column("Node", ".spec.nodeName"), age],
  Deployment: [
    column("Ready", ".status.readyReplicas", "integer"),
    column("Up-to-date", ".status.updatedReplicas", "integer"),
    column("Available", ".status.availableReplicas", "integer"),
    age,
  ],
  Service: [column("Type", ".spec.type"), column("Cluster-IP", ".spec.clusterIP"), age],
};
