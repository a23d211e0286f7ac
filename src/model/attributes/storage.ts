import { jsonAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { type Attribute, type AttributesByKind, boolean, quantity, text, texts } from "./attribute.ts";

const oldClass = "volume.beta.kubernetes.io/storage-class";
const storageClass = text(
  { name: "storageClass", says: "its StorageClass" },
  (object) => object.metadata.annotations?.[oldClass] ?? stringAt(object, "spec", "storageClassName"),
);
const phase = text({ name: "phase", says: "Available, Bound, Released, Failed; of a claim Pending, Bound or Lost" }, [
  "status",
  "phase",
]);
const volumeMode = text({ name: "volumeMode", says: "Filesystem or Block" }, ["spec", "volumeMode"]);
const reclaimPolicy = (path: readonly string[]): Attribute =>
  text(
    { name: "reclaimPolicy", says: "what becomes of a volume that is given back: Retain or Delete" },
    (object) => stringAt(object, ...path) ?? "Delete",
  );
const accessModes = (part: string): Attribute =>
  texts({ name: "accessModes", says: "ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod" }, [
    part,
    "accessModes",
  ]);
const capacity = { name: "capacity", says: "how much it holds" };

const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const isDefault = ({ metadata }: KubeObject): boolean =>
  defaultAnnotations.some((key) => metadata.annotations?.[key] === "true");

export const storage: AttributesByKind = {
  "/PersistentVolume": [
    phase,
    quantity(capacity, ["spec", "capacity", "storage"]),
    accessModes("spec"),
    reclaimPolicy(["spec", "persistentVolumeReclaimPolicy"]),
    text({ name: "claim", says: 'the claim that it is bound to: "namespace/name"' }, (volume) => {
      const claim = jsonAt(volume, "spec", "claimRef");
      return claim === undefined ? undefined : `${stringAt(claim, "namespace") ?? ""}/${stringAt(claim, "name") ?? ""}`;
    }),
    storageClass,
    volumeMode,
  ],
  "/PersistentVolumeClaim": [
    phase,
    text({ name: "volume", says: "the volume that it is bound to" }, ["spec", "volumeName"]),
    quantity(capacity, ["status", "capacity", "storage"]),
    quantity({ name: "requested", says: "how much was asked for" }, ["spec", "resources", "requests", "storage"]),
    accessModes("status"),
    storageClass,
    volumeMode,
  ],
  "storage.k8s.io/StorageClass": [
    text({ name: "provisioner", says: "what makes its volumes" }, ["provisioner"]),
    reclaimPolicy(["reclaimPolicy"]),
    text({ name: "bindingMode", says: "Immediate or WaitForFirstConsumer" }, ["volumeBindingMode"]),
    boolean({ name: "expandable", says: "whether its volumes can grow" }, ["allowVolumeExpansion"]),
    boolean({ name: "default", says: "whether it is taken where none is named" }, isDefault),
  ],
  "storage.k8s.io/VolumeAttachment": [
    text({ name: "attacher", says: "the driver that attaches it" }, ["spec", "attacher"]),
    text({ name: "volume", says: "the volume that it is bound to" }, ["spec", "source", "persistentVolumeName"]),
    text({ name: "node", says: "the node it runs on" }, ["spec", "nodeName"]),
    boolean({ name: "attached", says: "whether the volume is attached" }, ["status", "attached"]),
  ],
};
