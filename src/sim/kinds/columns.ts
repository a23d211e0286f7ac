import { type TableColumn } from "./model.ts";

const column = (name: string, path: string, type = "string"): TableColumn => ({
  name,
  type,
  path,
  priority: 0,
  description: "",
});

const age = column("Age", ".metadata.creationTimestamp", "date");

/** Table columns of a few kinds, as far as one path each can tell them. */
export const builtInColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  ConfigMap: [age],
  Namespace: [column("Status", ".status.phase"), age],
  Node: [column("Version", ".status.nodeInfo.kubeletVersion"), age],
  Pod: [column("Status", ".status.phase"), column("Node", ".spec.nodeName"), age],
  Deployment: [
    column("Ready", ".status.readyReplicas", "integer"),
    column("Up-to-date", ".status.updatedReplicas", "integer"),
    column("Available", ".status.availableReplicas", "integer"),
    age,
  ],
  Service: [column("Type", ".spec.type"), column("Cluster-IP", ".spec.clusterIP"), age],
};
