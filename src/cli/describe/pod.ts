import {
  isJsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from "../../model/index.ts";
import { describeContainers } from "./containers.ts";
import { type Describer } from "./describer.ts";
import { field, type Field, group, optional, table } from "./field.ts";
import { fieldsOf, stateOf } from "./generic.ts";
import { controllerOf, identity, labelsAndAnnotations, mapLines, timeText } from "./metadata.ts";

/** A pod: where it runs, how it is, its containers, conditions, volumes and tolerations. */
export const describePod: Describer = async (pod, { cluster }) => {
  const { spec, status } = pod;
  const node = stringAt(spec, "nodeName");
  const init = listAt(spec, "initContainers");
  const ephemeral = listAt(spec, "ephemeralContainers");
  return [
    ...identity(pod, cluster),
    ...optional("Priority", String(numberAt(spec, "priority") ?? "")),
    ...optional("Priority Class Name", stringAt(spec, "priorityClassName")),
    ...optional("Runtime Class Name", stringAt(spec, "runtimeClassName")),
    ...optional("Service Account", stringAt(spec, "serviceAccountName")),
    field("Node", node ? `${node}/${stringAt(status, "hostIP") ?? ""}` : "<none>"),
    ...optional("Start Time", timeText(stringAt(status, "startTime"))),
    ...labelsAndAnnotations(pod),
    ...stateOf(pod),
    ...optional("Message", stringAt(status, "message")),
    ...optional(
      "IP",
      listAt(status, "podIPs")
        .map((entry) => stringAt(entry, "ip") ?? "")
        .join(", "),
    ),
    ...optional("Controlled By", controllerOf(pod)),
    ...optional("Nominated Node", stringAt(status, "nominatedNodeName")),
    ...(init.length === 0
      ? []
      : [describeContainers("Init Containers", init, listAt(status, "initContainerStatuses"))]),
    describeContainers("Containers", listAt(spec, "containers"), listAt(status, "containerStatuses")),
    ...(ephemeral.length === 0
      ? []
      : [describeContainers("Ephemeral Containers", ephemeral, listAt(status, "ephemeralContainerStatuses"))]),
    conditionTable(pod),
    describeVolumes(listAt(spec, "volumes")),
    ...optional("QoS Class", stringAt(status, "qosClass")),
    field("Node-Selectors", mapLines(objectAt(spec, "nodeSelector"), "=")),
    field("Tolerations", tolerationLines(listAt(spec, "tolerations"))),
  ];
};

/** Conditions with the reason and message that kubectl leaves out. */
export function conditionTable(object: KubeObject): Field {
  const rows = listAt(object["status"], "conditions").map((condition) => [
    stringAt(condition, "type") ?? "",
    stringAt(condition, "status") ?? "",
    stringAt(condition, "reason") ?? "",
    (stringAt(condition, "message") ?? "").replaceAll(/\s*\n\s*/g, " "),
  ]);
  return table("Conditions", ["Type", "Status", "Reason", "Message"], rows);
}

/** Volumes by name: the kind of their source and what it says. */
export const describeVolumes = (volumes: readonly JsonValue[]): Field =>
  group(
    "Volumes",
    volumes.map((volume) => field(stringAt(volume, "name") ?? "", { fields: volumeFields(volume) })),
  );

function volumeFields(volume: JsonValue): readonly Field[] {
  const source = isJsonObject(volume) ? Object.entries(volume).find(([key]) => key !== "name") : undefined;
  if (source === undefined) return [field("Type", "EmptyDir")];
  const [kind, detail] = source;
  const type = kind[0]?.toUpperCase() + kind.slice(1);
  return [field("Type", type), ...(isJsonObject(detail) ? fieldsOf(detail) : [])];
}

/** "key=value:Effect for 300s", one a line. */
export function tolerationLines(tolerations: readonly JsonValue[]): readonly string[] {
  const lines = tolerations.map((toleration) => {
    const value = stringAt(toleration, "value");
    const effect = stringAt(toleration, "effect");
    const seconds = numberAt(toleration, "tolerationSeconds");
    const exists = stringAt(toleration, "operator") === "Exists" && !value;
    const what = `${stringAt(toleration, "key") ?? ""}${value ? `=${value}` : ""}${effect ? `:${effect}` : ""}`;
    return `${what}${exists ? " op=Exists" : ""}${seconds === undefined ? "" : ` for ${seconds}s`}`.trim();
  });
  return lines.length === 0 ? ["<none>"] : lines.sort();
}
