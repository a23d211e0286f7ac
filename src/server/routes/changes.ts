import { type Delivery, type EventRecord } from "../../events/index.ts";
import { createChangeFilter } from "../change-filter.ts";
import { type Exchange, type Handler } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { findClusters } from "../kinds.ts";
import { type ServerDeps } from "../model.ts";
import { type SentEvent, sendEvents } from "../sse.ts";

const keys = ["cluster", "kind", "namespace", "labelSelector", "after", "follow"] as const;

/**
 * `GET /api/changes`: changes as CloudEvents, from now on or from a sequence on (Last-Event-ID, else `after`), until
 * the client goes; with `follow=false` up to now.
 */
export const changes =
  (deps: Pick<ServerDeps, "changes" | "store" | "fleet" | "catalog" | "clock">): Handler =>
  async (exchange) => {
    const { signal } = exchange;
    const query = readQuery(exchange);
    const clusters = query.clusters && findClusters(deps.fleet.clusters(), query.clusters);
    const isAskedFor = createChangeFilter({ ...query, clusters }, deps.store);
    const until = query.follow ? Infinity : deps.catalog.log.bounds().last;
    if (!query.follow && (query.after ?? until) >= until) return await sendEvents(exchange, none(), deps.clock);
    const deliveries = deps.changes.follow({ after: query.after, signal });
    await sendEvents(exchange, eventsOf(deliveries, { isAskedFor, until }), deps.clock);
  };

async function* none(): AsyncGenerator<never> {}

type Wanted = Readonly<{ isAskedFor: (record: EventRecord) => boolean; until: number }>;

async function* eventsOf(
  deliveries: AsyncIterable<Delivery>,
  { isAskedFor, until }: Wanted,
): AsyncGenerator<SentEvent> {
  for await (const delivery of deliveries) {
    const reached = delivery.type === "missed" ? delivery.to : (delivery.records.at(-1)?.sequence ?? 0);
    if (delivery.type === "missed") {
      const { from, to } = delivery;
      yield { id: String(to), event: "reset", data: JSON.stringify({ from, to }) };
    } else {
      for (const record of delivery.records)
        if (record.sequence <= until && isAskedFor(record))
          yield { id: String(record.sequence), event: "change", data: record.text };
    }
    if (reached >= until) return;
  }
}

function readQuery({ url, request }: Exchange) {
  const given = url.searchParams;
  for (const key of given.keys())
    if (!keys.some((known) => known === key))
      throw invalid(`"${key}" is no parameter of /api/changes: it has ${keys.join(", ")}`);
  const all = (key: (typeof keys)[number]): readonly string[] | undefined =>
    given.has(key) ? given.getAll(key).flatMap((value) => value.split(",")) : undefined;
  const follow = given.get("follow") ?? "true";
  if (follow !== "true" && follow !== "false") throw invalid(`follow must be true or false, not "${follow}"`);
  // A browser that comes back sends the header, and the same URL as at first.
  const lastId = request.headers["last-event-id"];
  const after = (typeof lastId === "string" && lastId !== "" ? lastId : undefined) ?? given.get("after") ?? undefined;
  return {
    clusters: all("cluster"),
    kinds: all("kind"),
    namespaces: all("namespace"),
    labelSelector: given.get("labelSelector") ?? undefined,
    follow: follow === "true",
    after: after === undefined ? undefined : sequenceOf(after),
  };
}

export function sequenceOf(text: string): number {
  const sequence = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(sequence)) return sequence;
  throw invalid(`"${text}" is no sequence of a change: expected the id of an event of /api/changes`);
}

const invalid = (message: string): ServerError => new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", message);
