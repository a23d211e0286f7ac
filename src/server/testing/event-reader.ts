/** One server-sent event as it came; `comment` for the lines between that are none. */
export type ReadEvent = Readonly<{ id: string; event: string; data: string }>;

/** The events of a text/event-stream, as they come. */
export async function* readEvents(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<ReadEvent> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of body ?? []) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const frame = parseFrame(text.slice(0, end));
      text = text.slice(end + 2);
      if (frame !== undefined) yield frame;
    }
  }
}

/** Undefined for a comment. */
function parseFrame(frame: string): ReadEvent | undefined {
  const fields = new Map(
    frame.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const event = fields.get("event");
  return event === undefined ? undefined : { id: fields.get("id") ?? "", event, data: fields.get("data") ?? "" };
}

/** Takes events until `enough` says so, at most `timeoutMs`; then lets go of the stream. */
export async function takeEvents(
  answer: Response,
  enough: (events: readonly ReadEvent[]) => boolean,
  timeoutMs = 60_000,
): Promise<readonly ReadEvent[]> {
  const events: ReadEvent[] = [];
  const timer = setTimeout(() => void answer.body?.cancel().catch(() => {}), timeoutMs);
  try {
    for await (const event of readEvents(answer.body)) {
      events.push(event);
      if (enough(events)) return events;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the stream ended with ${events.length} events: ${JSON.stringify(events.slice(-3))}`);
}
