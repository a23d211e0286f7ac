import {
  type JsonObject,
  type JsonValue,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from "../../model/index.ts";
import { ageColumn, amount, field, nameColumn, type Table, type TablesByName } from "./column.ts";
import { shortened } from "./words.ts";

/** autoscaling/v2 */
const horizontalPodAutoscalerTable: Table = [
  nameColumn,
  {
    header: "REFERENCE",
    cell: (hpa) =>
      `${stringAt(hpa, "spec", "scaleTargetRef", "kind") ?? ""}/${stringAt(hpa, "spec", "scaleTargetRef", "name") ?? ""}`,
  },
  { header: "TARGETS", cell: targets },
  field("MINPODS", ["spec", "minReplicas"], "<unset>"),
  amount("MAXPODS", ["spec", "maxReplicas"]),
  amount("REPLICAS", ["status", "currentReplicas"]),
  ageColumn,
];

function targets(hpa: KubeObject): string {
  const metrics = listAt(hpa, "spec", "metrics");
  if (metrics.length === 0) return "<none>";
  const current = listAt(hpa, "status", "currentMetrics");
  return shortened(
    metrics.map((metric, index) => metricText(metric, current[index])),
    2,
    ", ",
  );
}

/** "80%/70%", "cpu: 200m/500m", "30/100 (avg)": what is measured, and what is wanted. */
function metricText(metric: JsonValue, measured: JsonValue | undefined): string {
  switch (stringAt(metric, "type")) {
    case "External":
      return valueText(objectAt(metric, "external", "target"), objectAt(measured, "external", "current"));
    case "Object":
      return valueText(objectAt(metric, "object", "target"), objectAt(measured, "object", "current"));
    case "Pods": {
      const wanted = stringAt(metric, "pods", "target", "averageValue") ?? "<nil>";
      return `${stringAt(measured, "pods", "current", "averageValue") ?? "<unknown>"}/${wanted}`;
    }
    case "Resource":
      return resourceText(objectAt(metric, "resource"), objectAt(measured, "resource", "current"));
    case "ContainerResource":
      return resourceText(objectAt(metric, "containerResource"), objectAt(measured, "containerResource", "current"));
    default:
      return "<unknown type>";
  }
}

function valueText(target: JsonObject, current: JsonObject): string {
  const average = stringAt(target, "averageValue");
  if (average !== undefined) return `${stringAt(current, "averageValue") ?? "<unknown>"}/${average} (avg)`;
  return `${stringAt(current, "value") ?? "<unknown>"}/${stringAt(target, "value") ?? "<nil>"}`;
}

function resourceText(metric: JsonObject, current: JsonObject): string {
  const name = stringAt(metric, "name") ?? "";
  const average = stringAt(metric, "target", "averageValue");
  if (average !== undefined) return `${name}: ${stringAt(current, "averageValue") ?? "<unknown>"}/${average}`;
  return `${name}: ${percent(current, "<unknown>")}/${percent(objectAt(metric, "target"), "<auto>")}`;
}

const percent = (value: JsonObject, missing: string): string => {
  const utilization = numberAt(value, "averageUtilization");
  return utilization === undefined ? missing : `${utilization}%`;
};

/** By plural and group. */
export const tables: TablesByName = {
  "horizontalpodautoscalers.autoscaling": horizontalPodAutoscalerTable,
};
