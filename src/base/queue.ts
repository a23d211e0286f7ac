/** A bounded hand-over between one or more producers and one consumer. */
export type Queue<T> = AsyncIterableIterator<T> &
  Readonly<{
    /** Resolves once the item is in; waits while the queue is full. False when the queue is closed. */
    push(item: T): Promise<boolean>;
    /** The consumer gets what is queued, then the end (or `error`). Later pushes are refused. */
    close(error?: unknown): void;
    size(): number;
  }>;

/** Producers wait when `capacity` items are queued: memory stays bounded however slow the consumer is. */
export function createQueue<T>(capacity: number): Queue<T> {
  const items: T[] = [];
  const spaceWaiters: (() => void)[] = [];
  let itemWaiter: (() => void) | undefined;
  let closed = false;
  let failure: { error: unknown } | undefined;

  const wakeConsumer = (): void => {
    itemWaiter?.();
    itemWaiter = undefined;
  };
  const close = (error?: unknown): void => {
    if (closed) return;
    closed = true;
    if (error !== undefined) failure = { error };
    wakeConsumer();
    for (const wake of spaceWaiters.splice(0)) wake();
  };
  return {
    async push(item) {
      for (;;) {
        if (closed) return false;
        if (items.length < capacity) break;
        await new Promise<void>((resolve) => spaceWaiters.push(resolve));
      }
      items.push(item);
      wakeConsumer();
      return true;
    },
    close,
    size: () => items.length,
    async next() {
      for (;;) {
        if (items.length > 0) {
          const value = items.shift() as T;
          spaceWaiters.shift()?.();
          return { done: false, value };
        }
        if (failure) throw failure.error;
        if (closed) return { done: true, value: undefined };
        await new Promise<void>((resolve) => (itemWaiter = resolve));
      }
    },
    async return() {
      items.length = 0;
      close();
      return { done: true, value: undefined };
    },
    async throw(error) {
      close(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
