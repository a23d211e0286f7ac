import { jsonAt, type KubeObject, listAt, stringAt } from "../../model/index.ts";
import {
  ageColumn,
  count,
  createdAtColumn,
  field,
  nameColumn,
  statusColumn,
  type Table,
  type TablesByName,
  wide,
} from "./column.ts";

const annotation = "volume.beta.kubernetes.io/storage-class";
const storageClassOf = (object: KubeObject): string =>
  object.metadata.annotations?.[annotation] ?? stringAt(object, "spec", "storageClassName") ?? "";

const modeWords = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };

/** Access modes in kubectl's letters and order: "RWO,ROX". */
function accessModes(object: KubeObject, part: "spec" | "status"): string {
  const modes = new Set(listAt(object, part, "accessModes"));
  return Object.entries(modeWords)
    .flatMap(([mode, letters]) => (modes.has(mode) ? [letters] : []))
    .join(",");
}

const classColumn = { header: "STORAGECLASS", cell: storageClassOf };
const attributesClassColumn = field("VOLUMEATTRIBUTESCLASS", ["spec", "volumeAttributesClassName"], "<unset>");
const volumeModeColumn = wide(field("VOLUMEMODE", ["spec", "volumeMode"], "<unset>"));

const persistentVolumeTable: Table = [
  nameColumn,
  field("CAPACITY", ["spec", "capacity", "storage"], "0"),
  { header: "ACCESS MODES", cell: (volume) => accessModes(volume, "spec") },
  field("RECLAIM POLICY", ["spec", "persistentVolumeReclaimPolicy"]),
  statusColumn,
  {
    header: "CLAIM",
    cell(volume) {
      const namespace = stringAt(volume, "spec", "claimRef", "namespace") ?? "";
      const claimed = jsonAt(volume, "spec", "claimRef") !== undefined;
      return claimed ? `${namespace}/${stringAt(volume, "spec", "claimRef", "name") ?? ""}` : "";
    },
  },
  classColumn,
  attributesClassColumn,
  field("REASON", ["status", "reason"]),
  ageColumn,
  volumeModeColumn,
];

const persistentVolumeClaimTable: Table = [
  nameColumn,
  statusColumn,
  field("VOLUME", ["spec", "volumeName"]),
  {
    header: "CAPACITY",
    cell: (claim) => (isBound(claim) ? (stringAt(claim, "status", "capacity", "storage") ?? "0") : ""),
  },
  { header: "ACCESS MODES", cell: (claim) => (isBound(claim) ? accessModes(claim, "status") : "") },
  classColumn,
  attributesClassColumn,
  ageColumn,
  volumeModeColumn,
];

const isBound = (claim: KubeObject): boolean => Boolean(stringAt(claim, "spec", "volumeName"));

const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

const storageClassTable: Table = [
  {
    ...nameColumn,
    cell({ metadata }) {
      const isDefault = defaultAnnotations.some((key) => metadata.annotations?.[key] === "true");
      return isDefault ? `${metadata.name} (default)` : metadata.name;
    },
  },
  field("PROVISIONER", ["provisioner"]),
  field("RECLAIMPOLICY", ["reclaimPolicy"], "Delete"),
  field("VOLUMEBINDINGMODE", ["volumeBindingMode"], "Immediate"),
  field("ALLOWVOLUMEEXPANSION", ["allowVolumeExpansion"], "false"),
  ageColumn,
];

const volumeAttachmentTable: Table = [
  nameColumn,
  field("ATTACHER", ["spec", "attacher"]),
  field("PV", ["spec", "source", "persistentVolumeName"]),
  field("NODE", ["spec", "nodeName"]),
  field("ATTACHED", ["status", "attached"], "false"),
  ageColumn,
];

const volumeAttributesClassTable: Table = [nameColumn, field("DRIVERNAME", ["driverName"]), ageColumn];

const csiNodeTable: Table = [nameColumn, count("DRIVERS", ["spec", "drivers"]), ageColumn];

const csiDriverTable: Table = [
  nameColumn,
  field("ATTACHREQUIRED", ["spec", "attachRequired"], "true"),
  field("PODINFOONMOUNT", ["spec", "podInfoOnMount"], "false"),
  field("STORAGECAPACITY", ["spec", "storageCapacity"], "false"),
  {
    header: "TOKENREQUESTS",
    cell: (driver) =>
      jsonAt(driver, "spec", "tokenRequests") === undefined
        ? "<unset>"
        : listAt(driver, "spec", "tokenRequests")
            .map((request) => stringAt(request, "audience") ?? "")
            .join(","),
  },
  field("REQUIRESREPUBLISH", ["spec", "requiresRepublish"], "false"),
  { header: "MODES", cell: (driver) => listAt(driver, "spec", "volumeLifecycleModes").join(",") || "<none>" },
  ageColumn,
];

const csiStorageCapacityTable: Table = [nameColumn, createdAtColumn];

/** By plural and group. */
export const tables: TablesByName = {
  persistentvolumes: persistentVolumeTable,
  persistentvolumeclaims: persistentVolumeClaimTable,
  "storageclasses.storage.k8s.io": storageClassTable,
  "volumeattachments.storage.k8s.io": volumeAttachmentTable,
  "volumeattributesclasses.storage.k8s.io": volumeAttributesClassTable,
  "csinodes.storage.k8s.io": csiNodeTable,
  "csidrivers.storage.k8s.io": csiDriverTable,
  "csistoragecapacities.storage.k8s.io": csiStorageCapacityTable,
};
