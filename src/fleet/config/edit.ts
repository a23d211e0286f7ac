import { isDeepStrictEqual } from "node:util";
import { isSeq, parseDocument, type YAMLSeq } from "yaml";
import { UsageError } from "../../base/index.ts";
import { type JsonValue } from "../../model/index.ts";
import { clusterExists, unknownCluster } from "../failures.ts";
import { parseConfigDocument } from "./document.ts";
import { checkClusterEntry } from "./entry-check.ts";
import { appendItem, cutItem } from "./list-text.ts";
import { type ConfigSource, parseConfig } from "./load.ts";

/**
 * The configuration's text with one more cluster at the end, of the keys that a file has; an empty text becomes a file.
 * Everything else keeps its place, its comments and, in a list by indentation, its every character. Fails with
 * HEDDLE_CONFIG_INVALID where the text or the entry is not right (of the entry its keys are told), and with
 * HEDDLE_FLEET_CLUSTER_EXISTS. A token in the entry is never told.
 */
export function addClusterToConfig(text: string, entry: JsonValue, source: ConfigSource): string {
  const id = checkClusterEntry(entry, source.env);
  if (isBlank(text)) return checked(appendItem(`${endedLine(text)}clusters:\n`, entry), source);
  const known = parseConfig(text, source).clusters.find((cluster) => cluster.id === id);
  if (known !== undefined) throw clusterExists(known.id, { origin: `${source.path}:${known.line}` });
  const { document, list } = openList(text, source);
  const value = valueOf(text, source);
  const wanted = { ...value, clusters: [...value.clusters, entry] };
  const spliced = list.flow === true && list.items.length > 0 ? undefined : appendItem(text, entry, list);
  if (spliced !== undefined && holds(spliced, wanted, source)) return checked(spliced, source);
  list.add(document.createNode(entry));
  return checked(document.toString(asWritten), source);
}

/**
 * The configuration's text without one of its clusters, and without the comment right above it. Fails with
 * HEDDLE_CONFIG_INVALID where the text is not right, or would not be without it (others refer to what is written in it),
 * and with HEDDLE_FLEET_UNKNOWN_CLUSTER.
 */
export function removeClusterFromConfig(text: string, id: string, source: ConfigSource): string {
  const { clusters } = parseConfig(text, source);
  const index = clusters.findIndex((cluster) => cluster.id === id);
  if (index < 0)
    throw unknownCluster(
      id,
      clusters.map(({ id }) => id),
    );
  const { document, list } = openList(text, source);
  const value = valueOf(text, source);
  const wanted = { ...value, clusters: value.clusters.toSpliced(index, 1) };
  const cut = list.flow === true ? undefined : cutItem(text, index, list);
  const spliced = wanted.clusters.length === 0 ? cut?.replace(/^(["']?clusters["']?[ \t]*:)/m, "$1 []") : cut;
  if (spliced !== undefined && holds(spliced, wanted, source)) return checked(spliced, source);
  list.delete(index);
  try {
    return checked(document.toString(asWritten), source);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw notEditable(`an alias (*name) in ${source.path} refers to what is written in ${id}`);
  }
}

/** Long lines stay long: breaking them would change lines that nobody touched. */
const asWritten = { lineWidth: 0 } as const;

const isBlank = (text: string): boolean => text.split("\n").every((line) => /^\s*(?:#.*)?$/.test(line));

const endedLine = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

function openList(text: string, { path }: ConfigSource) {
  const document = parseDocument(text, { keepSourceTokens: true });
  const list = document.get("clusters", true);
  if (isSeq(list)) return { document, list: list as YAMLSeq };
  throw notEditable(`the clusters of ${path} are an alias (*name) of another list`);
}

const notEditable = (why: string): UsageError =>
  new UsageError(`${why}; edit the file by hand`, { code: "HEDDLE_CONFIG_NOT_EDITABLE" });

type PlainConfig = Readonly<{ clusters: readonly unknown[] }>;

/** As a person wrote it: variables stand for themselves. */
const valueOf = (text: string, { env }: ConfigSource): PlainConfig =>
  parseConfigDocument(
    // By a function: in a replacement's text "$$" is one "$".
    text.replaceAll("${", () => "$${"),
    env,
  ).value as PlainConfig;

const holds = (text: string, wanted: PlainConfig, source: ConfigSource): boolean =>
  isDeepStrictEqual(valueOf(text, source), wanted);

/** Refuses what the next start would refuse. */
function checked(text: string, source: ConfigSource): string {
  parseConfig(text, source);
  return text;
}
