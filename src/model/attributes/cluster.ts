import { isJsonObject, type JsonValue, jsonAt, listAt, numberAt, objectAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import {
  type Attribute,
  type AttributesByKind,
  boolean,
  count,
  distinct,
  eachText,
  number,
  quantity,
  text,
  texts,
  time,
} from "./attribute.ts";

/** Roles of a node by its labels, sorted: node-role.kubernetes.io/<role> and kubernetes.io/role=<role>. */
function nodeRoles({ metadata }: KubeObject): readonly string[] {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix)) return [key.slice(prefix.length)];
    return key === "kubernetes.io/role" ? [value] : [];
  });
  return distinct(roles.filter((role) => role !== "").sort());
}

const nodeAddress = (node: KubeObject, type: string): string | undefined =>
  stringAt(
    listAt(node, "status", "addresses").find((entry) => stringAt(entry, "type") === type),
    "address",
  );

function taintText(taint: JsonValue): string {
  const value = stringAt(taint, "value") ?? "";
  return `${stringAt(taint, "key") ?? ""}${value === "" ? "" : `=${value}`}:${stringAt(taint, "effect") ?? ""}`;
}

const info = (key: string): readonly string[] => ["status", "nodeInfo", key];

const nodeAttributes: readonly Attribute[] = [
  texts({ name: "roles", says: "its roles by its labels" }, nodeRoles),
  text({ name: "version", says: "the kubelet's version" }, info("kubeletVersion")),
  text({ name: "internalIP", says: "its address inside" }, (node) => nodeAddress(node, "InternalIP")),
  text({ name: "externalIP", says: "its address outside" }, (node) => nodeAddress(node, "ExternalIP")),
  text({ name: "osImage", says: "its operating system" }, info("osImage")),
  text({ name: "kernelVersion", says: "its kernel" }, info("kernelVersion")),
  text({ name: "containerRuntime", says: "what runs its containers" }, info("containerRuntimeVersion")),
  text({ name: "architecture", says: "its processor" }, info("architecture")),
  boolean({ name: "unschedulable", says: "whether it takes no new pods" }, ["spec", "unschedulable"]),
  texts({ name: "taints", says: 'what keeps pods away: "key=value:NoSchedule"' }, (node) =>
    listAt(node, "spec", "taints").map(taintText),
  ),
  text(
    { name: "zone", says: "topology.kubernetes.io/zone" },
    ({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"],
  ),
  text(
    { name: "region", says: "topology.kubernetes.io/region" },
    ({ metadata }) => metadata.labels?.["topology.kubernetes.io/region"],
  ),
  quantity({ name: "cpu", says: "processors for pods" }, ["status", "allocatable", "cpu"]),
  quantity({ name: "memory", says: "memory for pods" }, ["status", "allocatable", "memory"]),
  quantity({ name: "maxPods", says: "how many pods it takes" }, ["status", "allocatable", "pods"]),
];

function subjectText(binding: KubeObject): readonly string[] {
  return listAt(binding, "subjects").map((subject) => {
    const [kind, name, namespace] = [
      stringAt(subject, "kind") ?? "User",
      stringAt(subject, "name") ?? "",
      stringAt(subject, "namespace"),
    ];
    return `${kind}/${namespace === undefined ? name : `${namespace}/${name}`}`;
  });
}

const bindingAttributes: readonly Attribute[] = [
  text({ name: "role", says: 'what it grants: "ClusterRole/view"' }, (binding) => {
    const name = stringAt(binding, "roleRef", "name");
    return name && `${stringAt(binding, "roleRef", "kind") ?? "ClusterRole"}/${name}`;
  }),
  texts({ name: "subjects", says: 'whom: "User/ann", "ServiceAccount/shop/web"' }, subjectText),
];

const eventAttributes: readonly Attribute[] = [
  text({ name: "type", says: "Normal or Warning" }, ["type"]),
  text({ name: "reason", says: "what happened, in one word, instead of the status' reason" }, ["reason"]),
  text(
    { name: "message", says: "what happened, in words" },
    (event) => stringAt(event, "message") ?? stringAt(event, "note"),
  ),
  text({ name: "object", says: 'what it happened to: "Pod/web-1"' }, (event) => {
    const about = isJsonObject(event["involvedObject"]) ? event["involvedObject"] : objectAt(event, "regarding");
    const [kind, name] = [stringAt(about, "kind"), stringAt(about, "name")];
    return kind && name && `${kind}/${name}`;
  }),
  number(
    { name: "count", says: "how often" },
    (event) => numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 1,
  ),
  time(
    { name: "lastSeenAt", says: "when it last happened" },
    (event) =>
      stringAt(event, "series", "lastObservedTime") ?? stringAt(event, "lastTimestamp") ?? stringAt(event, "eventTime"),
  ),
];

const keys = (object: KubeObject): readonly string[] =>
  distinct([...Object.keys(objectAt(object, "data")), ...Object.keys(objectAt(object, "binaryData"))].sort());

export const cluster: AttributesByKind = {
  "/Node": nodeAttributes,
  "/Namespace": [text({ name: "phase", says: "Active or Terminating" }, ["status", "phase"])],
  "/ConfigMap": [texts({ name: "keys", says: "the names of what it holds" }, keys)],
  "/Secret": [text({ name: "type", says: "Opaque, kubernetes.io/tls …" }, ["type"])],
  "/Event": eventAttributes,
  "events.k8s.io/Event": eventAttributes,
  "/ResourceQuota": [
    texts({ name: "used", says: 'what is used of what: "pods 3/10"' }, (quota) =>
      Object.entries(objectAt(quota, "status", "hard"))
        .map(([name, hard]) => `${name} ${String(jsonAt(quota, "status", "used", name) ?? 0)}/${String(hard)}`)
        .sort(),
    ),
  ],
  "rbac.authorization.k8s.io/RoleBinding": bindingAttributes,
  "rbac.authorization.k8s.io/ClusterRoleBinding": bindingAttributes,
  "coordination.k8s.io/Lease": [
    text({ name: "holder", says: "who has it" }, ["spec", "holderIdentity"]),
    time({ name: "renewedAt", says: "when its holder last renewed it" }, ["spec", "renewTime"]),
  ],
  "scheduling.k8s.io/PriorityClass": [
    count({ name: "value", says: "higher ones come first" }, ["value"]),
    boolean({ name: "default", says: "whether it is taken where none is named" }, ["globalDefault"]),
  ],
  "node.k8s.io/RuntimeClass": [text({ name: "handler", says: "what runs its containers" }, ["handler"])],
  "apiextensions.k8s.io/CustomResourceDefinition": [
    text({ name: "group", says: "the group of the kind that it makes" }, ["spec", "group"]),
    text({ name: "kind", says: "the kind that it makes" }, ["spec", "names", "kind"]),
    text({ name: "scope", says: "Namespaced or Cluster" }, ["spec", "scope"]),
    texts({ name: "versions", says: "versions of the kind that are served" }, (definition) =>
      eachText(
        listAt(definition, "spec", "versions").filter((version) => jsonAt(version, "served") === true),
        "name",
      ),
    ),
  ],
  "apiregistration.k8s.io/APIService": [
    text(
      { name: "service", says: 'the Service that answers: "namespace/name"; none when the API server does' },
      (service) => {
        const name = stringAt(service, "spec", "service", "name");
        return name && `${stringAt(service, "spec", "service", "namespace") ?? ""}/${name}`;
      },
    ),
  ],
  "certificates.k8s.io/CertificateSigningRequest": [
    text({ name: "signer", says: "who is to sign" }, ["spec", "signerName"]),
    text({ name: "requestor", says: "who asked" }, ["spec", "username"]),
  ],
};
