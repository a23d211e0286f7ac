import { jsonAt, type KubeObject, listAt, stringAt, summarizePod } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import {
  ageColumn,
  type CellContext,
  field,
  nameColumn,
  statusColumn,
  type Table,
  type TablesByName,
  wide,
} from "./column.ts";

const podTable: Table = [
  nameColumn,
  { header: "READY", cell: ready },
  { ...statusColumn, cell: (pod) => summarizePod(pod).word },
  { header: "RESTARTS", cell: restarts },
  ageColumn,
  wide(field("IP", ["status", "podIPs", 0, "ip"], "<none>")),
  wide(field("NODE", ["spec", "nodeName"], "<none>")),
  wide(field("NOMINATED NODE", ["status", "nominatedNodeName"], "<none>")),
  wide({ header: "READINESS GATES", cell: readinessGates }),
];

function ready(pod: KubeObject): string {
  const { readyContainers, totalContainers } = summarizePod(pod);
  return `${readyContainers}/${totalContainers}`;
}

function restarts(pod: KubeObject, { nowMs }: CellContext): string {
  const { restarts, lastRestartAt } = summarizePod(pod);
  return restarts === 0 || lastRestartAt === undefined
    ? String(restarts)
    : `${restarts} (${ageOf(lastRestartAt, nowMs)} ago)`;
}

function readinessGates(pod: KubeObject): string {
  const gates = listAt(pod["spec"], "readinessGates").map((gate) => jsonAt(gate, "conditionType"));
  if (gates.length === 0) return "<none>";
  const conditions = listAt(pod["status"], "conditions");
  const isTrue = (gate: unknown): boolean =>
    stringAt(
      conditions.find((condition) => jsonAt(condition, "type") === gate),
      "status",
    ) === "True";
  return `${gates.filter(isTrue).length}/${gates.length}`;
}

/** By plural and group. */
export const tables: TablesByName = {
  pods: podTable,
};
