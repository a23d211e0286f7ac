import { type Clock } from "../base/index.ts";
import { type Exchange, isStopping } from "./exchange.ts";
import { protectiveHeaders, write } from "./respond.ts";

/** One server-sent event; `data` is one line, as JSON is. */
export type SentEvent = Readonly<{ id?: string; event: string; data: string }>;

/** Between two comments that keep a quiet connection alive, and show that it is. */
export const heartbeatMs = 15_000;

/**
 * Answers with events as they come (text/event-stream). The next is asked for when the client has room: what it does
 * not read is held nowhere here. Ends with the events, with the client, or, with a goodbye, when the server stops.
 */
export async function sendEvents(
  exchange: Exchange,
  events: AsyncIterable<SentEvent>,
  clock: Pick<Clock, "after">,
): Promise<void> {
  const { response } = exchange;
  response.writeHead(200, { ...protectiveHeaders, "content-type": "text/event-stream" });
  // At once, so that the client knows that it is followed from here on.
  response.write(": heddle\n\n");
  let cancel = (): void => {};
  const beat = (): void => {
    cancel = clock.after(heartbeatMs, () => {
      if (!response.writableNeedDrain && !response.writableEnded) response.write(":\n\n");
      beat();
    });
  };
  beat();
  try {
    for await (const event of events) await write(exchange, frameOf(event));
  } catch (error) {
    if (!isStopping(exchange)) throw error;
  } finally {
    cancel();
  }
  if (isStopping(exchange)) response.write(": goodbye\n\n");
  response.end();
}

const frameOf = ({ id, event, data }: SentEvent): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
