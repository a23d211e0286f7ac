import { jsonAt, listAt, stringAt, summarizePod } from "../../model/index.ts";
import { ageOf } from "../format/age.ts";
import { ageColumn, nameColumn, orNone, type Table } from "./column.ts";

export const podTable: Table = [
  nameColumn,
  {
    header: "READY",
    cell(pod) {
      const { readyContainers, totalContainers } = summarizePod(pod);
      return `${readyContainers}/${totalContainers}`;
    },
  },
  { header: "STATUS", state: true, cell: (pod) => summarizePod(pod).word },
  {
    header: "RESTARTS",
    cell(pod, nowMs) {
      const { restarts, lastRestartAt } = summarizePod(pod);
      return restarts === 0 || lastRestartAt === undefined
        ? `${restarts}`
        : `${restarts} (${ageOf(lastRestartAt, nowMs)} ago)`;
    },
  },
  ageColumn,
  { header: "IP", wide: true, cell: (pod) => orNone(stringAt(pod, "status", "podIPs", 0, "ip")) },
  { header: "NODE", wide: true, cell: (pod) => orNone(stringAt(pod, "spec", "nodeName")) },
  { header: "NOMINATED NODE", wide: true, cell: (pod) => orNone(stringAt(pod, "status", "nominatedNodeName")) },
  {
    header: "READINESS GATES",
    wide: true,
    cell(pod) {
      const gates = listAt(pod["spec"], "readinessGates").map((gate) => jsonAt(gate, "conditionType"));
      if (gates.length === 0) return "<none>";
      const conditions = listAt(pod["status"], "conditions");
      const isTrue = (gate: unknown): boolean =>
        stringAt(
          conditions.find((condition) => jsonAt(condition, "type") === gate),
          "status",
        ) === "True";
      return `${gates.filter(isTrue).length}/${gates.length}`;
    },
  },
];
