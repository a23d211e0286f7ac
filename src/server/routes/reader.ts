import {
  answerToWire,
  type ClusterAnswer,
  type ClusterId,
  type JsonObject,
  errorToWire,
  type Reader,
  type Resource,
  type ResourceQuery,
  summaryToWire,
} from "../../model/index.ts";
import { readJson } from "../body.ts";
import { type Exchange, type Handler } from "../exchange.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { type ServerDeps } from "../model.ts";
import { type Line, sendLines } from "../ndjson.ts";
import { type Route } from "../router.ts";

/** `POST /api/reader/…`: the Reader's four questions, one answer a line, as clusters give them. */
export const readerRoutes = ({ reader, listText }: Pick<ServerDeps, "reader" | "listText">): readonly Route[] => [
  route("summaries", async (exchange) => {
    const clusters = clustersOf(reader, await readJson(exchange));
    await sendLines(exchange, lines(reader.summaries(clusters, exchange.signal), summaryLine));
  }),
  route("resources", async (exchange) => {
    const clusters = clustersOf(reader, await readJson(exchange));
    await sendLines(exchange, lines(reader.resources(clusters, exchange.signal), answerLine));
  }),
  route("list", async (exchange) => {
    const query = queryOf(reader, await readJson(exchange));
    await sendLines(exchange, lines(listText(query, exchange.signal), textLine));
  }),
  route("watch", async (exchange) => {
    const query = queryOf(reader, await readJson(exchange));
    await sendLines(exchange, lines(reader.watch(query, exchange.signal), answerLine), { endless: true });
  }),
];

const route = (name: string, handle: (exchange: Exchange) => Promise<void>): Route => ({
  method: "POST",
  path: `/api/reader/${name}`,
  access: "token",
  handle: handle satisfies Handler,
});

async function* lines<T>(answers: AsyncIterable<T>, line: (answer: T) => Line): AsyncGenerator<Line> {
  for await (const answer of answers) yield line(answer);
}

const summaryLine = (summary: Parameters<typeof summaryToWire>[0]): Line => JSON.stringify(summaryToWire(summary));
const answerLine = (answer: ClusterAnswer<unknown>): Line => JSON.stringify(answerToWire(answer));

/** The line of `answerLine`, without the objects being parsed on the way. */
async function* textLine(
  answer: ClusterAnswer<Readonly<{ resource: Resource; json: AsyncIterable<Buffer> | readonly Buffer[] }>>,
): AsyncGenerator<string | Buffer> {
  const { cluster, ok, value } = answer;
  const about = ok ? { cluster, ok, freshness: answer.freshness } : { cluster, ok, error: errorToWire(answer.error) };
  const head = JSON.stringify(about);
  if (value === undefined) yield head;
  else {
    yield `${head.slice(0, -1)},"value":{"resource":${JSON.stringify(value.resource)},"objects":`;
    yield* value.json;
    yield "}}";
  }
}

const clustersOf = (reader: Reader, value: JsonObject): readonly ClusterId[] =>
  idsOf(reader, fieldsOf(value, ["clusters"]));

/** Those that are named; all where none are, as everywhere else. */
const idsOf = (reader: Reader, fields: Fields): readonly ClusterId[] =>
  (fields.optionalTexts("clusters") as readonly ClusterId[] | undefined) ?? reader.clusters().map(({ id }) => id);

function queryOf(reader: Reader, value: JsonObject): ResourceQuery {
  const fields = fieldsOf(value, [
    "kind",
    "clusters",
    "namespace",
    "names",
    "labelSelector",
    "fieldSelector",
    "brief",
    "live",
  ]);
  return {
    kind: fields.text("kind"),
    clusters: idsOf(reader, fields),
    namespace: fields.optionalText("namespace"),
    names: fields.optionalTexts("names"),
    labelSelector: fields.optionalText("labelSelector"),
    fieldSelector: fields.optionalText("fieldSelector"),
    brief: fields.optionalTruth("brief"),
    live: fields.optionalTruth("live"),
  };
}
