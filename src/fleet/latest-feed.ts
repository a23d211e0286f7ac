/** Tells which keys have something new, to any number of followers, each at its own pace. */
export type LatestFeed<Key> = Readonly<{
  tell(key: Key): void;
  /**
   * The `initial` keys, then every key told since the iteration began. A key told again before the follower came for it
   * is given once: a slow follower misses what was in between, and memory stays bounded by the number of keys. Ends
   * when the signal aborts or the feed closes.
   */
  follow(initial: Iterable<Key>, signal: AbortSignal): AsyncIterable<Key>;
  close(): void;
}>;

type Follower<Key> = { readonly waiting: Set<Key>; wake: () => void };

export function createLatestFeed<Key>(): LatestFeed<Key> {
  const followers = new Set<Follower<Key>>();
  const ended = new AbortController();

  return {
    tell(key) {
      for (const follower of followers) {
        follower.waiting.add(key);
        follower.wake();
      }
    },
    async *follow(initial, signal) {
      const follower: Follower<Key> = { waiting: new Set(initial), wake() {} };
      const onAbort = (): void => follower.wake();
      followers.add(follower);
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        while (!signal.aborted && !(ended.signal.aborted && follower.waiting.size === 0)) {
          const [key] = follower.waiting;
          if (key === undefined) await new Promise<void>((resolve) => (follower.wake = resolve));
          else {
            follower.waiting.delete(key);
            yield key;
          }
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        followers.delete(follower);
      }
    },
    close() {
      ended.abort();
      for (const follower of followers) follower.wake();
    },
  };
}
