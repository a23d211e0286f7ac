import { type JsonObject, type JsonValue, jsonAt, listAt, numberAt, objectAt, stringAt } from "../../model/index.ts";
import { scalarText } from "../tables/column.ts";
import { field, type Field, group, optional } from "./field.ts";
import { timeText } from "./metadata.ts";

/** Containers of a pod or template, each with the state that its status tells. */
export function describeContainers(
  label: string,
  containers: readonly JsonValue[],
  statuses: readonly JsonValue[] = [],
): Field {
  const fields = containers.map((container) => {
    const name = stringAt(container, "name") ?? "";
    const status = statuses.find((entry) => stringAt(entry, "name") === name);
    return field(name, { fields: containerFields(container, status) });
  });
  return group(label, fields);
}

function containerFields(container: JsonValue, status: JsonValue | undefined): readonly Field[] {
  const ports = listAt(container, "ports");
  return [
    ...optional("Container ID", stringAt(status, "containerID")),
    field("Image", stringAt(container, "image") ?? ""),
    ...optional("Image ID", stringAt(status, "imageID")),
    field(
      ports.length > 1 ? "Ports" : "Port",
      ports.map((port) => portText(port, "containerPort")).join(", ") || "<none>",
    ),
    field(
      ports.length > 1 ? "Host Ports" : "Host Port",
      ports.map((port) => portText(port, "hostPort")).join(", ") || "<none>",
    ),
    ...words("Command", listAt(container, "command")),
    ...words("Args", listAt(container, "args")),
    ...(status === undefined ? [] : statusFields(status)),
    ...amounts("Limits", objectAt(container, "resources", "limits")),
    ...amounts("Requests", objectAt(container, "resources", "requests")),
    ...probes(container),
    ...environmentFrom(container),
    environment(container),
    mounts(container),
  ];
}

const portText = (port: JsonValue, key: string): string => {
  const name = key === "containerPort" ? stringAt(port, "name") : undefined;
  const text = `${numberAt(port, key) ?? 0}/${stringAt(port, "protocol") ?? "TCP"}`;
  return name === undefined ? text : `${text} (${name})`;
};

const words = (label: string, list: readonly JsonValue[]): readonly Field[] =>
  list.length === 0 ? [] : [field(label, { block: list.flatMap((word) => String(word).split("\n")) })];

const amounts = (label: string, map: JsonObject): readonly Field[] => {
  const fields = Object.entries(map).map(([name, amount]) => field(name, String(amount)));
  return fields.length === 0
    ? []
    : [
        group(
          label,
          fields.sort((a, b) => (a.label < b.label ? -1 : 1)),
        ),
      ];
};

function statusFields(status: JsonValue): readonly Field[] {
  return [
    ...stateFields("State", objectAt(status, "state")),
    ...stateFields("Last State", objectAt(status, "lastState")),
    field("Ready", jsonAt(status, "ready") === true ? "True" : "False"),
    field("Restart Count", String(numberAt(status, "restartCount") ?? 0)),
  ];
}

/** "Running" since when, "Waiting" for what, "Terminated" how. */
function stateFields(label: string, state: JsonObject): readonly Field[] {
  const [kind] = Object.keys(state);
  if (kind === undefined) return [];
  const detail = objectAt(state, kind);
  const exitCode = numberAt(detail, "exitCode");
  const fields = [
    ...optional("Reason", stringAt(detail, "reason")),
    ...optional("Message", stringAt(detail, "message")),
    ...optional("Exit Code", exitCode === undefined ? undefined : String(exitCode)),
    ...optional("Signal", scalarText(numberAt(detail, "signal"))),
    ...optional("Started", timeText(stringAt(detail, "startedAt"))),
    ...optional("Finished", timeText(stringAt(detail, "finishedAt"))),
  ];
  const word = kind[0]?.toUpperCase() + kind.slice(1);
  return [field(label, word), ...fields.map((each) => ({ ...each, label: `  ${each.label}` }))];
}

function probes(container: JsonValue): readonly Field[] {
  const kinds = [
    ["Liveness", "livenessProbe"],
    ["Readiness", "readinessProbe"],
    ["Startup", "startupProbe"],
  ] as const;
  return kinds.flatMap(([label, key]) => {
    const probe = objectAt(container, key);
    return Object.keys(probe).length === 0 ? [] : [field(label, probeText(probe))];
  });
}

function probeText(probe: JsonObject): string {
  const number = (key: string, usual: number): number => numberAt(probe, key) ?? usual;
  const timing = `delay=${number("initialDelaySeconds", 0)}s timeout=${number("timeoutSeconds", 1)}s period=${number("periodSeconds", 10)}s #success=${number("successThreshold", 1)} #failure=${number("failureThreshold", 3)}`;
  return `${probeAction(probe)} ${timing}`;
}

function probeAction(probe: JsonObject): string {
  const port = (key: string): string => scalarText(jsonAt(probe, key, "port")) ?? "";
  if (probe["exec"] !== undefined) return `exec [${listAt(probe, "exec", "command").join(" ")}]`;
  if (probe["httpGet"] !== undefined) {
    const scheme = (stringAt(probe, "httpGet", "scheme") ?? "HTTP").toLowerCase();
    return `http-get ${scheme}://${stringAt(probe, "httpGet", "host") ?? ""}:${port("httpGet")}${stringAt(probe, "httpGet", "path") ?? ""}`;
  }
  if (probe["tcpSocket"] !== undefined)
    return `tcp-socket ${stringAt(probe, "tcpSocket", "host") ?? ""}:${port("tcpSocket")}`;
  if (probe["grpc"] !== undefined) return `grpc <pod>:${port("grpc")} ${stringAt(probe, "grpc", "service") ?? ""}`;
  return "unknown";
}

function environmentFrom(container: JsonValue): readonly Field[] {
  const sources = listAt(container, "envFrom").map((source) => {
    const map = stringAt(source, "configMapRef", "name");
    const name = map ?? stringAt(source, "secretRef", "name") ?? "";
    const prefix = stringAt(source, "prefix");
    return field(name, `${map === undefined ? "Secret" : "ConfigMap"}${prefix ? ` with prefix '${prefix}'` : ""}`);
  });
  return sources.length === 0 ? [] : [group("Environment Variables from", sources)];
}

const environment = (container: JsonValue): Field =>
  group(
    "Environment",
    listAt(container, "env").map((variable) => field(stringAt(variable, "name") ?? "", variableText(variable))),
  );

function variableText(variable: JsonValue): string {
  const from = objectAt(variable, "valueFrom");
  const key = (ref: string): string => `key '${stringAt(from, ref, "key") ?? ""}'`;
  if (from["secretKeyRef"] !== undefined)
    return `<set to the ${key("secretKeyRef")} in secret '${stringAt(from, "secretKeyRef", "name") ?? ""}'>`;
  if (from["configMapKeyRef"] !== undefined)
    return `<set to the ${key("configMapKeyRef")} of config map '${stringAt(from, "configMapKeyRef", "name") ?? ""}'>`;
  if (from["fieldRef"] !== undefined) return `(${stringAt(from, "fieldRef", "fieldPath") ?? ""})`;
  if (from["resourceFieldRef"] !== undefined) return `(${stringAt(from, "resourceFieldRef", "resource") ?? ""})`;
  return stringAt(variable, "value") ?? "";
}

function mounts(container: JsonValue): Field {
  const lines = listAt(container, "volumeMounts").map((mount) => {
    const path = stringAt(mount, "subPath");
    const how = [jsonAt(mount, "readOnly") === true ? "ro" : "rw", ...(path ? [`path="${path}"`] : [])].join(",");
    return `${stringAt(mount, "mountPath") ?? ""} from ${stringAt(mount, "name") ?? ""} (${how})`;
  });
  return field("Mounts", lines.length === 0 ? "<none>" : { block: lines.sort() });
}
