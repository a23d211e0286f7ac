import type { Clock } from "../base/index.ts";

const lookEveryMs = 15_000;
const worthwhileBytes = 4 * 2 ** 20;

/** A thread's own heap: V8's collector, where Node was started with --expose-gc, and what it holds. */
export type Heap = Readonly<{
  /** Thorough: code that is not called again goes too, in 50 ms rather than 10. */
  collect: ((isThorough: boolean) => void) | undefined;
  heldBytes: () => number;
}>;

export const ownHeap: Heap = {
  collect:
    globalThis.gc === undefined
      ? undefined
      : (isThorough) =>
          void globalThis.gc?.({ type: "major", execution: "sync", flavor: isThorough ? "last-resort" : "regular" }),
  heldBytes() {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
};

/**
 * Collects garbage once the agent has started, and when some has gathered. V8 waits until a heap has doubled, and an agent
 * that rests never doubles it: what its start left would stay in the memory of every node. Of each thread by itself.
 */
export function keepSmall({ after }: Pick<Clock, "after">, { collect, heldBytes }: Heap = ownHeap): Disposable {
  if (collect === undefined) return { [Symbol.dispose]: () => {} };
  let restBytes: number | undefined;
  let cancel: () => void;
  const look = (): void => {
    if (restBytes === undefined || heldBytes() > restBytes + worthwhileBytes) {
      collect(restBytes === undefined);
      restBytes = heldBytes();
    }
    cancel = after(lookEveryMs, look);
  };
  cancel = after(lookEveryMs, look);
  return { [Symbol.dispose]: () => cancel() };
}
