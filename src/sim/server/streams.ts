import { type Clock } from "../../base/index.ts";
import { type Watch } from "../api/watch.ts";
import { type ServedResource } from "../kinds/model.ts";
import { type ObjectStore, type StoreEvent } from "../store/model.ts";
import { type Exchange } from "./listen.ts";

/** The open watches of one API server: each write is told to those of its collection. */
export type Streams = Disposable &
  Readonly<{ open(exchange: Exchange, watch: Watch, resource: ServedResource): void; size(): number }>;

/** How often a quiet watch is told how far it is, where it asked for that. */
const bookmarkEveryMs = 60_000;
/** What may wait for a client that reads too slowly; then its watch is ended, as an API server does. */
const waitingBytesLimit = 64 * 1024 * 1024;

type Open = Readonly<{ tell(event: StoreEvent): void; end(): void }>;

export function createStreams({
  store,
  clock,
}: Readonly<{ store: ObjectStore; clock: Pick<Clock, "after"> }>): Streams {
  const byCollection = new Map<string, Set<Open>>();
  const stop = store.subscribe((event) => {
    for (const open of byCollection.get(event.collection) ?? []) open.tell(event);
  });
  const keep = (collection: string, open: Open): (() => void) => {
    const opened = byCollection.get(collection) ?? new Set();
    byCollection.set(collection, opened.add(open));
    return () => void opened.delete(open);
  };
  return {
    open({ response }, watch, { collection }) {
      response.writeHead(200, { "content-type": "application/json" });
      // A watch of nothing must be seen to be open; over HTTP/2 it is already.
      (response as Readonly<{ flushHeaders?(): void }>).flushHeaders?.();
      // Over HTTP/1.1 there is no stream.
      const waitingBytes = (): number => response.stream?.writableLength ?? response.writableLength;
      const write = (line: string | undefined): void => {
        if (line === undefined || response.writableEnded || response.destroyed) return;
        response.write(line);
        if (waitingBytes() > waitingBytesLimit) end();
      };
      const end = (): void => {
        forget();
        for (const cancel of timers) cancel();
        if (!response.writableEnded) response.end();
      };
      const forget = keep(collection, { tell: (event) => write(watch.lineOf(event)), end });
      const timers = [
        clock.after(watch.timeoutMs, end),
        every(clock, bookmarkEveryMs, () => write(watch.bookmark(store.revision()))),
      ];
      response.once("close", end);
      for (const line of watch.begin) write(line);
    },
    size: () => [...byCollection.values()].reduce((sum, open) => sum + open.size, 0),
    [Symbol.dispose]() {
      stop();
      for (const open of [...byCollection.values()].flatMap((set) => [...set])) open.end();
    },
  };
}

/** The answer ends it. */
function every(clock: Pick<Clock, "after">, periodMs: number, action: () => void): () => void {
  let cancel = clock.after(periodMs, again);
  function again(): void {
    action();
    cancel = clock.after(periodMs, again);
  }
  return () => cancel();
}
