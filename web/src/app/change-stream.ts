import { createClient } from "graphql-sse";
import { useEffect, useEffectEvent, useState } from "react";

/** How the stream of changes is: "waiting" before the first connection and between two. */
export type StreamState = "waiting" | "live" | "resting";

/** What every told change has, whatever else was asked of it. */
export type ToldChange = Readonly<{ type: string; sequence: string | null }>;

type Told = Readonly<{ resourceChanged: ToldChange }>;

export type StreamOptions<Change> = Readonly<{
  /** Takes `$filter` and `$after`, and asks for `type` and `sequence` besides what the page shows. */
  document: string;
  filter: Readonly<Record<string, unknown>>;
  /** Changes of one frame, in order. A change of type RESET: some were missed, so ask anew for everything. */
  onChanges(changes: readonly Change[]): void;
  onState(state: StreamState): void;
}>;

/** A browser has six connections to a server: a page that nobody sees gives its own back after this long. */
const restAfterMs = 5_000;
const longestWaitMs = 10_000;

/**
 * Follows changes until it is ended: comes back after a break with the sequence it had, so nothing is missed, and rests
 * while the page is hidden. Changes are handed on once a frame.
 */
export function followChanges<Change extends ToldChange>(options: StreamOptions<Change>): () => void {
  let end: (() => void) | undefined;
  let after: string | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const batch = createFrameBatch<Change>((changes) => options.onChanges(changes));

  const begin = (): void => {
    clearTimeout(timer);
    if (end !== undefined) return;
    let over = false;
    const client = createClient({
      url: "/graphql",
      credentials: "same-origin",
      retryAttempts: 0,
      on: { connected: () => over || options.onState("live") },
    });
    const ending = client.subscribe<Told>(
      { query: options.document, variables: { filter: options.filter, after } },
      {
        next({ data }) {
          if (data == null || over) return;
          failures = 0;
          const change = data.resourceChanged as Change;
          after = change.sequence ?? after;
          batch.add(change);
        },
        // Told of its own end too, which is no reason to come back.
        error: () => over || broken(),
        complete: () => over || broken(),
      },
    );
    end = () => {
      over = true;
      ending();
      client.dispose();
    };
  };
  const broken = (): void => {
    stop();
    options.onState("waiting");
    failures += 1;
    timer = setTimeout(begin, Math.min(longestWaitMs, 500 * 2 ** failures));
  };
  const stop = (): void => {
    const ending = end;
    end = undefined;
    ending?.();
  };
  const onSight = (): void => {
    clearTimeout(timer);
    if (!document.hidden) begin();
    else
      timer = setTimeout(() => {
        stop();
        options.onState("resting");
      }, restAfterMs);
  };
  document.addEventListener("visibilitychange", onSight);
  if (!document.hidden) begin();
  return () => {
    document.removeEventListener("visibilitychange", onSight);
    clearTimeout(timer);
    batch.drop();
    stop();
  };
}

/** Hands on what was added once a frame, in one piece. */
function createFrameBatch<Item>(onFrame: (items: readonly Item[]) => void) {
  let waiting: Item[] = [];
  let frame: number | undefined;
  return {
    add(item: Item): void {
      waiting.push(item);
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        const items = waiting;
        waiting = [];
        onFrame(items);
      });
    },
    drop(): void {
      if (frame !== undefined) cancelAnimationFrame(frame);
      waiting = [];
    },
  };
}

/** `followChanges` for as long as a component is there; another filter is another stream. */
export function useChangeStream<Change extends ToldChange>(
  options: Omit<StreamOptions<Change>, "onState"> & Readonly<{ wanted?: boolean }>,
): StreamState {
  const { document, filter, onChanges, wanted = true } = options;
  const key = JSON.stringify([document, filter]);
  const [known, setKnown] = useState<Readonly<{ key: string; state: StreamState }>>({ key, state: "waiting" });
  const take = useEffectEvent((changes: readonly Change[]) => onChanges(changes));
  const begin = useEffectEvent((onState: (state: StreamState) => void, take: (changes: readonly Change[]) => void) =>
    followChanges<Change>({ document, filter, onChanges: take, onState }),
  );
  useEffect(
    () =>
      wanted
        ? begin(
            (state) => setKnown({ key, state }),
            (changes) => take(changes),
          )
        : undefined,
    [key, wanted],
  );
  if (!wanted) return "resting";
  return known.key === key ? known.state : "waiting";
}
