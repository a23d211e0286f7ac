import { client } from "../app/client.ts";

const document = /* GraphQL */ `
  query ChangeTimes($before: String) {
    changes(before: $before, limit: 500) {
      items {
        time
      }
      next
    }
  }
`;

type Times = Readonly<{
  changes: Readonly<{ items: readonly Readonly<{ time: string | null }>[]; next: string | null }>;
}>;

export type PastOptions = Readonly<{
  sinceMs: number;
  onTimes(changes: readonly Readonly<{ time: string | null }>[]): void;
}>;

/** A fleet that never rests has more changes in three minutes than are worth reading: the newest are counted. */
const pagesAtMost = 20;

/** Reads the times of changes before now, the newest first, page by page, until `sinceMs`, or until it is ended. */
export function readPast({ sinceMs, onTimes }: PastOptions): () => void {
  const ending = new AbortController();
  // What comes from now on is told by the stream.
  const beganMs = Date.now();
  const read = async (): Promise<void> => {
    let before: string | null = null;
    for (let page = 0; page < pagesAtMost; page += 1) {
      const found: Times["changes"] | undefined = await ask(before);
      if (found === undefined || ending.signal.aborted) return;
      onTimes(found.items.filter(({ time }) => Date.parse(time ?? "") < beganMs));
      before = found.next;
      if (before === null || Date.parse(found.items.at(-1)?.time ?? "") < sinceMs) return;
    }
  };
  void read();
  return () => ending.abort();
}

async function ask(before: string | null): Promise<Times["changes"] | undefined> {
  const result = await client.query<Times>(document, { before }, { requestPolicy: "network-only" }).toPromise();
  return result.data?.changes;
}
