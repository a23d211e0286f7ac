import { type Exchange, isStopping } from "./exchange.ts";
import { protectiveHeaders, write } from "./respond.ts";

/** One line of an answer, whole or in pieces that together are one JSON text. */
export type Line = string | AsyncIterable<string | Uint8Array>;

/**
 * Answers with one JSON text a line, each sent as it comes; the next is asked for when there is room. An answer that
 * cannot be finished breaks its connection off, so that it is not taken for a whole one; one without an end (`endless`)
 * ends in good order when the server stops.
 */
export async function sendLines(
  exchange: Exchange,
  lines: AsyncIterable<Line>,
  options: Readonly<{ endless?: boolean }> = {},
): Promise<void> {
  const { response } = exchange;
  response.writeHead(200, { ...protectiveHeaders, "content-type": "application/x-ndjson" });
  response.flushHeaders();
  try {
    for await (const line of lines) {
      if (typeof line === "string") await write(exchange, `${line}\n`);
      else {
        for await (const piece of line) await write(exchange, piece);
        await write(exchange, "\n");
      }
    }
  } catch (error) {
    if (!(options.endless && isStopping(exchange))) throw error;
  }
  response.end();
}
