import {
  type ClusterId,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  numberAt,
  objectAt,
  splitApiVersion,
  statusOf,
  stringAt,
} from "../../model/index.ts";
import { colourOf } from "../output/colour.ts";
import { type Cell, createLayout } from "../output/layout.ts";

/** `clusters`: those whose changes may come. */
export type ChangeLooks = Readonly<{ wide: boolean; colour: boolean; clusters: readonly ClusterId[] }>;

/** Lines for changes as they come. */
export type ChangeRows = Readonly<{ header(): string; lines(event: JsonObject): string }>;

const headers = ["TIME", "CLUSTER", "CHANGE", "NAMESPACE", "OBJECT", "STATUS"];

export function createChangeRows({ wide, colour, clusters }: ChangeLooks): ChangeRows {
  const layout = createLayout();
  // Widths of what is to come: a line that was written cannot be widened.
  const usual = ["created", "kube-system", "replicaset.apps/some-longer-name-6f67944bf5", "ContainerCreating"];
  layout.lines([...clusters, ""].map((cluster) => ["00:00:00", cluster, ...usual]));
  return {
    header: () => layout.lines([wide ? [...headers, "SEQUENCE", "VERSION"] : headers]),
    lines: (event) => layout.lines([changeCells(event, { wide, colour })]),
  };
}

/** One CloudEvent in a line. */
function changeCells(event: JsonObject, { wide, colour }: Pick<ChangeLooks, "wide" | "colour">): readonly Cell[] {
  const type = (stringAt(event, "type") ?? "").replace(/^kubernetes\.\w+\./, "");
  const data = objectAt(event, "data");
  const object = isObject(data) ? data : undefined;
  const version = stringAt(data, "metadata", "resourceVersion") ?? "";
  return [
    timeOf(stringAt(event, "time")),
    stringAt(event, "cluster") ?? "",
    colour ? { text: type, colour: colours[type] ?? yellow } : type,
    stringAt(data, "metadata", "namespace") ?? "",
    object === undefined ? (stringAt(event, "subject") ?? "") : nameOf(object),
    object === undefined ? syncedWords(data) : stateOf(event, object, colour),
    ...(wide ? [stringAt(event, "sequence") ?? "", version] : []),
  ];
}

const yellow = "\u001b[33m";
const colours: Readonly<Record<string, string>> = {
  created: "\u001b[32m",
  updated: yellow,
  deleted: "\u001b[31m",
  synced: "\u001b[36m",
};

const isObject = (data: JsonObject): data is KubeObject =>
  typeof data["kind"] === "string" && typeof data["apiVersion"] === "string" && isJsonObject(data["metadata"]);

/** "deployment.apps/web" */
function nameOf({ apiVersion, kind, metadata }: KubeObject): string {
  const { group } = splitApiVersion(apiVersion);
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${metadata.name}`;
}

function stateOf(event: JsonObject, object: KubeObject, colour: boolean): Cell {
  if (event["finalstate"] === "unknown") return "gone when looked again";
  if (event["finalstate"] !== undefined) return "";
  const { word, healthy } = statusOf(object);
  // The word of kinds that have no state says nothing.
  if (word === "Present") return "";
  return colour ? { text: word, colour: colourOf(healthy) } : word;
}

const syncedWords = (data: JsonObject): string =>
  `${numberAt(data, "objects") ?? 0} objects of ${numberAt(data, "kinds") ?? 0} kinds`;

/** The time of day where the reader is: who looks at changes looks at the last hours. */
function timeOf(text: string | undefined): string {
  const time = new Date(text ?? Number.NaN);
  if (Number.isNaN(time.getTime())) return "";
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
