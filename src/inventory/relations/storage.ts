import { stringAt } from "../../model/index.ts";
import { type Extractor } from "./model.ts";
import { inside, named, rootOf } from "./walk.ts";

const storageClass = { type: "bound_to", group: "storage.k8s.io", kind: "StorageClass" } as const;

/** A claim's volume and class. */
export const persistentVolumeClaimReferences: Extractor = (claim) => {
  const spec = inside(rootOf(claim), "spec");
  return [
    ...named(spec, "volumeName", { type: "bound_to", group: "", kind: "PersistentVolume" }),
    ...named(spec, "storageClassName", storageClass),
  ];
};

/** A volume's claim and class. */
export const persistentVolumeReferences: Extractor = (volume) => {
  const spec = inside(rootOf(volume), "spec");
  const claim = inside(spec, "claimRef");
  const namespace = stringAt(claim.value, "namespace") ?? "";
  return [
    ...named(claim, "name", { type: "bound_to", group: "", kind: "PersistentVolumeClaim", namespace }),
    ...named(spec, "storageClassName", storageClass),
  ];
};
