import { abortable, anySignal, createQueue } from "../../base/index.ts";
import { type ClusterId } from "../../model/index.ts";

/** Answers that wait for a slow consumer; the sources wait too once there are as many. */
const capacity = 32;

/**
 * What all sources give, as it comes. The sources run side by side; a consumer that stops ends them all, and they have
 * ended when the iteration has. Throws the signal's reason, and what a source throws, which none should.
 */
export async function* mergeAnswers<T>(
  sources: readonly ((signal: AbortSignal) => AsyncIterable<T>)[],
  signal: AbortSignal,
): AsyncGenerator<T> {
  signal.throwIfAborted();
  const stopped = new AbortController();
  const both = anySignal(signal, stopped.signal);
  const queue = createQueue<T>(capacity);
  const pour = async (source: (signal: AbortSignal) => AsyncIterable<T>): Promise<void> => {
    try {
      for await (const answer of source(both)) if (!(await queue.push(answer))) return;
    } catch (error) {
      queue.close(error);
    }
  };
  const poured = Promise.all(sources.map(pour)).then(() => queue.close());
  try {
    for (;;) {
      const next = await abortable(queue.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    stopped.abort();
    queue.close();
    await poured;
  }
}

/** One source for each cluster, merged: `mergeAnswers` of what `source` gives for them. */
export const askEach = <T>(
  ids: readonly ClusterId[],
  source: (id: ClusterId, signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncIterable<T> =>
  mergeAnswers(
    ids.map((id) => (signal) => source(id, signal)),
    signal,
  );
