import { type KubeObject } from "../../model/index.ts";
import { attachmentsOf } from "./attachments.ts";
import { type Extractor, type Mention } from "./model.ts";
import { holds, inside, type Meaning, members, named, type Place, rootOf } from "./walk.ts";

/** The node that a pod runs on, what it uses (every way to name a ConfigMap, Secret or claim), and its networks. */
export const podReferences: Extractor = (pod) => {
  const spec = inside(rootOf(pod), "spec");
  const own = usesIn(pod);
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => members(spec, key));
  return [
    ...named(spec, "nodeName", { type: "runs_on", group: "", kind: "Node" }),
    ...named(spec, "serviceAccountName", own("ServiceAccount")),
    ...named(spec, "priorityClassName", { type: "uses", group: "scheduling.k8s.io", kind: "PriorityClass" }),
    ...named(spec, "runtimeClassName", { type: "uses", group: "node.k8s.io", kind: "RuntimeClass" }),
    ...members(spec, "imagePullSecrets").flatMap((secret) => named(secret, "name", own("Secret"))),
    ...containers.flatMap((container) => environment(container, own)),
    ...members(spec, "volumes").flatMap((volume) => volumeReferences(volume, { pod, own })),
    ...attachmentsOf(pod),
  ];
};

type Own = (kind: string) => Meaning;

const usesIn =
  ({ metadata }: KubeObject): Own =>
  (kind) => ({ type: "uses", group: "", kind, namespace: metadata.namespace ?? "" });

const environment = (container: Place, own: Own): readonly Mention[] => [
  ...members(container, "envFrom").flatMap((source) => [
    ...named(inside(source, "configMapRef"), "name", own("ConfigMap")),
    ...named(inside(source, "secretRef"), "name", own("Secret")),
  ]),
  ...members(container, "env").flatMap((variable) => fromValue(variable, own)),
];

/** Most variables of most pods have their value in place. */
function fromValue(variable: Place, own: Own): readonly Mention[] {
  if (!holds(variable, "valueFrom")) return [];
  return [
    ...named(inside(variable, "valueFrom", "configMapKeyRef"), "name", own("ConfigMap")),
    ...named(inside(variable, "valueFrom", "secretKeyRef"), "name", own("Secret")),
  ];
}

/** Volume plug-ins that carry the name of a Secret, and under which key. */
const secretPlugins: readonly (readonly [plugin: string, key: string])[] = [
  ["azureFile", "secretName"],
  ["cephfs", "secretRef"],
  ["csi", "nodePublishSecretRef"],
  ["flexVolume", "secretRef"],
  ["iscsi", "secretRef"],
  ["rbd", "secretRef"],
  ["scaleIO", "secretRef"],
  ["storageos", "secretRef"],
];

const volumeReferences = (volume: Place, { pod, own }: Readonly<{ pod: KubeObject; own: Own }>): readonly Mention[] => [
  ...named(inside(volume, "configMap"), "name", own("ConfigMap")),
  ...named(inside(volume, "secret"), "secretName", own("Secret")),
  ...named(inside(volume, "persistentVolumeClaim"), "claimName", own("PersistentVolumeClaim")),
  ...ephemeralClaim(volume, { pod, own }),
  ...members(inside(volume, "projected"), "sources").flatMap((source) => [
    ...named(inside(source, "configMap"), "name", own("ConfigMap")),
    ...named(inside(source, "secret"), "name", own("Secret")),
  ]),
  ...secretPlugins
    .filter(([plugin]) => holds(volume, plugin))
    .flatMap(([plugin, key]) =>
      key === "secretName"
        ? named(inside(volume, plugin), key, own("Secret"))
        : named(inside(volume, plugin, key), "name", own("Secret")),
    ),
];

/** Kubernetes names the claim of an ephemeral volume after pod and volume. */
function ephemeralClaim(volume: Place, { pod, own }: Readonly<{ pod: KubeObject; own: Own }>): readonly Mention[] {
  const ephemeral = inside(volume, "ephemeral", "volumeClaimTemplate");
  if (Object.keys(ephemeral.value ?? {}).length === 0) return [];
  return named(volume, "name", own("PersistentVolumeClaim")).map((reference) => ({
    ...reference,
    to: { ...reference.to, name: `${pod.metadata.name}-${reference.to.name}` },
  }));
}
