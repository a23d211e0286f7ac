import { type Bus, type Delivery, type EventLog } from "./model.ts";

/** Events from any moment that the log still knows until now and on. */
export type ChangeStream = Readonly<{
  /**
   * Every event after the sequence `after` (default: from now on), in order, without gap or repeat, until the signal
   * aborts or the bus closes; whatever the reader's pace, it holds no memory of its own. Told as `missed`: what the log
   * no longer holds; and everything, when `after` is beyond the log's end: then it is of another log. Fails as the log
   * does.
   */
  follow(options: Readonly<{ after?: number | undefined; signal: AbortSignal }>): AsyncIterable<Delivery>;
}>;

export type ChangeStreamDeps = Readonly<{ bus: Bus; log: EventLog }>;

/** Events read from the log at a time. */
const sliceSize = 256;

/** The bus, and the log for what the bus no longer holds. Publishers record an event before they publish it. */
export function createChangeStream({ bus, log }: ChangeStreamDeps): ChangeStream {
  return {
    // What is recorded and not yet published belongs to whoever comes before it is.
    follow: ({ after, signal }) =>
      follow({ bus, log }, { after: after ?? (bus.stats().last || log.bounds().last), signal }),
  };
}

async function* follow(
  { bus, log }: ChangeStreamDeps,
  { after, signal }: Readonly<{ after: number; signal: AbortSignal }>,
): AsyncGenerator<Delivery, void, undefined> {
  const { last } = log.bounds();
  if (after > last) yield { type: "missed", from: 1, to: last };
  // A bus that is younger than the log does not know what it never had.
  let position = after < last ? yield* fromLog(log, { position: after, to: last, signal }) : last;
  while (!signal.aborted) {
    const behind = yield* fromBus(bus, { position, signal });
    if (behind === undefined) return;
    position = yield* fromLog(log, { ...behind, signal });
  }
}

/** Ends with what the log has to fill in; undefined when the bus ended. */
async function* fromBus(
  bus: Bus,
  { position: after, signal }: Readonly<{ position: number; signal: AbortSignal }>,
): AsyncGenerator<Delivery, Readonly<{ position: number; to: number }> | undefined, undefined> {
  let position = after;
  for await (const delivery of bus.subscribe({ after, signal })) {
    if (delivery.type === "missed") return { position, to: delivery.to };
    position = delivery.records.at(-1)?.sequence ?? position;
    yield delivery;
  }
  return undefined;
}

/** What the log still holds from the position up to `to` or a little further; ends with the sequence that it reached. */
async function* fromLog(
  log: EventLog,
  { position: after, to, signal }: Readonly<{ position: number; to: number; signal: AbortSignal }>,
): AsyncGenerator<Delivery, number, undefined> {
  let position = after;
  while (position < to && !signal.aborted) {
    const records = await log.read(position, sliceSize);
    const lostTo = lostUpTo(position, { first: records[0]?.sequence, oldest: log.bounds().first, to });
    if (lostTo > position) yield { type: "missed", from: position + 1, to: lostTo };
    position = records.at(-1)?.sequence ?? lostTo;
    if (records.length > 0) yield { type: "events", records };
    else if (lostTo < to) return to;
  }
  return position;
}

/**
 * Up to where events after the position may be lost, now that the log was read from there: it may have dropped its
 * oldest before it was read, or after. Sequences have holes: only where it dropped something, something is lost.
 */
function lostUpTo(
  position: number,
  { first, oldest, to }: Readonly<{ first: number | undefined; oldest: number; to: number }>,
): number {
  if (oldest <= position + 1) return position;
  return Math.min(first === undefined ? to : first - 1, oldest - 1);
}
