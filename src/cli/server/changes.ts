import { type Clock, createBackOff, isHeddleError, messageOf, type Random, toHeddleError } from "../../base/index.ts";
import { isJsonObject, type JsonValue, jsonAt, numberAt } from "../../model/index.ts";
import { parseAnswer, type ServerConnection } from "./connection.ts";
import { serverSentEvents } from "./lines.ts";
import { type ChangeDelivery, type ChangeFilter } from "./model.ts";

export type ChangesDeps = Readonly<{ connection: ServerConnection; clock: Clock; random: Random }>;

/**
 * Changes as they happen (server-sent events of /api/changes), until the signal aborts. A connection that breaks is told
 * once and made anew, with the last sequence that was seen: nothing is told twice, nothing left out unsaid.
 */
export async function* followChanges(
  deps: ChangesDeps,
  filter: ChangeFilter,
  signal: AbortSignal,
): AsyncGenerator<ChangeDelivery> {
  const backOff = createBackOff({ minMs: 300, maxMs: 10_000 }, deps.random);
  let last = filter.after;
  let lost = false;
  while (!signal.aborted) {
    try {
      for await (const delivery of deliveries(deps, { path: pathOf(filter), last }, signal)) {
        lost = false;
        backOff.reset();
        last = delivery.sequence ?? last;
        if (delivery.told !== undefined) yield delivery.told;
      }
      throw new Error("the server ended the stream");
    } catch (thrown) {
      signal.throwIfAborted();
      // What the server refused it will refuse again.
      if (isHeddleError(thrown) && !thrown.retryable) throw thrown;
      if (!lost) yield { type: "lost", reason: messageOf(toHeddleError(thrown)) };
      lost = true;
    }
    await deps.clock.sleep(backOff.nextMs(), signal);
  }
  signal.throwIfAborted();
}

/** What the log holds, oldest first, then the end. */
export async function* recentChanges(
  deps: ChangesDeps,
  filter: ChangeFilter,
  signal: AbortSignal,
): AsyncGenerator<ChangeDelivery> {
  const path = pathOf(filter, { follow: "false" });
  for await (const { told } of deliveries(deps, { path, last: filter.after ?? "0" }, signal)) {
    // That the log does not begin with the world's first change is no news to someone who asks for recent ones.
    if (told?.type === "event") yield told;
  }
}

type Delivered = Readonly<{ sequence?: string; told?: ChangeDelivery }>;

async function* deliveries(
  { connection }: ChangesDeps,
  { path, last }: Readonly<{ path: string; last: string | undefined }>,
  signal: AbortSignal,
): AsyncGenerator<Delivered> {
  const headers = { accept: "text/event-stream", ...(last !== undefined && { "last-event-id": last }) };
  for await (const { event, data, id } of serverSentEvents(await connection.stream({ path, headers, signal }))) {
    const value = parseAnswer(data, connection.address);
    const sequence = id === "" ? {} : { sequence: id };
    if (event === "change" && isJsonObject(value))
      yield { ...sequence, told: { type: "event", sequence: id, event: value } };
    else if (event === "reset") yield { ...sequence, told: { type: "missed", ...bounds(value) } };
    else yield sequence;
  }
}

const bounds = (value: JsonValue): Readonly<{ from: string; to: string }> => ({
  from: String(numberAt(value, "from") ?? jsonAt(value, "from") ?? "?"),
  to: String(numberAt(value, "to") ?? jsonAt(value, "to") ?? "?"),
});

function pathOf(filter: ChangeFilter, others: Readonly<Record<string, string>> = {}): string {
  const { clusters = [], kinds = [], namespace, labelSelector } = filter;
  const query = new URLSearchParams([
    ...clusters.map((id) => ["cluster", id]),
    ...kinds.map((kind) => ["kind", kind]),
    ...(namespace === undefined ? [] : [["namespace", namespace]]),
    ...(labelSelector === undefined ? [] : [["labelSelector", labelSelector]]),
    ...Object.entries(others),
  ]);
  return `/api/changes?${query}`;
}
