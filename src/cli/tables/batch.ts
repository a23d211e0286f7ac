import { type KubeObject, numberAt, stringAt } from "../../model/index.ts";
import { ageOf, humanDuration } from "../format/age.ts";
import {
  ageColumn,
  type CellContext,
  count,
  field,
  nameColumn,
  statusColumn,
  type Table,
  type TablesByName,
} from "./column.ts";
import { containerColumns, selectorColumn } from "./containers.ts";
import { capitalised } from "./words.ts";

const jobTable: Table = [
  nameColumn,
  statusColumn,
  { header: "COMPLETIONS", cell: completions },
  { header: "DURATION", cell: jobDuration },
  ageColumn,
  ...containerColumns(["spec", "template"]),
  selectorColumn(["spec", "selector"]),
];

const cronJobTable: Table = [
  nameColumn,
  field("SCHEDULE", ["spec", "schedule"]),
  field("TIMEZONE", ["spec", "timeZone"], "<none>"),
  { header: "SUSPEND", cell: (job) => capitalised(job, ["spec", "suspend"]) },
  count("ACTIVE", ["status", "active"]),
  {
    header: "LAST SCHEDULE",
    cell(job, { nowMs }) {
      const last = stringAt(job, "status", "lastScheduleTime");
      return last === undefined ? "<none>" : ageOf(last, nowMs);
    },
  },
  ageColumn,
  ...containerColumns(["spec", "jobTemplate", "spec", "template"]),
  selectorColumn(["spec", "jobTemplate", "spec", "selector"]),
];

function completions(job: KubeObject): string {
  const succeeded = numberAt(job, "status", "succeeded") ?? 0;
  const wanted = numberAt(job, "spec", "completions");
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, "spec", "parallelism") ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, { nowMs }: CellContext): string {
  const start = stringAt(job, "status", "startTime");
  if (start === undefined) return "";
  const end = stringAt(job, "status", "completionTime");
  return humanDuration((end === undefined ? nowMs : Date.parse(end)) - Date.parse(start));
}

/** By plural and group. */
export const tables: TablesByName = {
  "jobs.batch": jobTable,
  "cronjobs.batch": cronJobTable,
};
