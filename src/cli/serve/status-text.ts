import { type JsonObject, jsonAt, type JsonValue, listAt, numberAt, stringAt } from "../../model/index.ts";
import { humanDuration } from "../format/age.ts";
import { humanBytes } from "../format/bytes.ts";
import { type Cell, createLayout } from "../output/layout.ts";

export type StatusLooks = Readonly<{ address: string; nowMs: number; colour: boolean }>;

/** What `GET /api/status` told, for people. What an older or newer server does not tell is left out. */
export function statusText(status: JsonObject, looks: StatusLooks): string {
  const clusters = listAt(status, "clusters");
  const table = createLayout().lines([clusterHeaders, ...clusters.map((cluster) => clusterRow(cluster, looks))]);
  const notLive = clusters.flatMap(notLiveLines);
  return [factLines(status, looks.address), table, notLive.map((line) => `${line}\n`).join("")]
    .filter((part) => part !== "")
    .join("\n");
}

/** "Memory        210 MiB; 21000 objects in 55 MiB" and the like. */
function factLines(status: JsonObject, address: string): string {
  const number = (...path: readonly string[]): number => numberAt(status, ...path) ?? 0;
  const held = `${number("objects")} objects in ${humanBytes(number("storeBytes"))}`;
  const record = `${number("catalog", "objects")} objects and ${number("catalog", "events")} changes in ${humanBytes(number("catalog", "bytes"))}`;
  const missed = number("subscribers", "missed");
  const facts: readonly (readonly [string, string])[] = [
    ["Server", `${address}, heddle ${stringAt(status, "version") ?? "?"}, process ${number("pid")}`],
    ["Running for", humanDuration(number("uptimeSeconds") * 1000)],
    ["Memory", `${humanBytes(number("memoryBytes"))}; ${held}`],
    ["Record", `${record}: ${stringAt(status, "dataFolder") ?? "in memory"}`],
    ["Subscribers", `${number("subscribers", "current")}${missed === 0 ? "" : `; they missed ${missed} changes`}`],
  ];
  return facts.map(([name, value]) => `${`${name}:`.padEnd(14)}${value}\n`).join("");
}

const clusterHeaders = ["CLUSTER", "FRESHNESS", "KINDS", "OBJECTS", "MEMORY", "SYNCED IN", "LAST SUCCESS", "REASON"];

function clusterRow(cluster: JsonValue, { nowMs, colour }: StatusLooks): readonly Cell[] {
  const syncSeconds = numberAt(cluster, "syncSeconds");
  const lastMs = numberAt(cluster, "lastSuccessAtMs");
  return [
    stringAt(cluster, "info", "id") ?? "?",
    freshnessCell(jsonAt(cluster, "freshness"), nowMs, colour),
    `${numberAt(cluster, "kinds", "live") ?? 0}/${numberAt(cluster, "kinds", "total") ?? 0}`,
    String(numberAt(cluster, "objects") ?? 0),
    humanBytes(numberAt(cluster, "storeBytes") ?? 0),
    syncSeconds === undefined ? "-" : `${syncSeconds.toFixed(1)}s`,
    lastMs === undefined ? "-" : `${humanDuration(Math.max(0, nowMs - lastMs))} ago`,
    stringAt(cluster, "error", "message") ?? stringAt(cluster, "health", "reason") ?? "",
  ];
}

const colours: Readonly<Record<string, string>> = {
  live: "\u001b[32m",
  "catching-up": "\u001b[33m",
  stale: "\u001b[31m",
};

function freshnessCell(freshness: JsonValue | undefined, nowMs: number, colour: boolean): Cell {
  const state = stringAt(freshness, "state");
  if (state === undefined) return "-";
  const since = numberAt(freshness, "sinceMs");
  const text = since === undefined ? state : `${state} for ${humanDuration(Math.max(0, nowMs - since))}`;
  return colour ? { text, colour: colours[state] ?? "" } : text;
}

/** "prod: secrets: forbidden: …", a line for each reason. */
function notLiveLines(cluster: JsonValue): readonly string[] {
  const id = stringAt(cluster, "info", "id") ?? "?";
  const byReason = Map.groupBy(listAt(cluster, "notLive"), (kind) =>
    [stringAt(kind, "status"), stringAt(kind, "error", "message") ?? stringAt(kind, "reason")]
      .filter(Boolean)
      .join(": "),
  );
  return [...byReason].map(([reason, kinds]) => {
    const names = kinds.map((kind) => stringAt(kind, "kind") ?? "?");
    const shown = names.length > 8 ? `${names.slice(0, 8).join(", ")}, … (${names.length})` : names.join(", ");
    return `${id}: ${shown}: ${reason}`;
  });
}
