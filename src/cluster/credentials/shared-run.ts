import { abortable } from "../../base/index.ts";

const settled = async (work: Promise<unknown>): Promise<void> => void (await Promise.allSettled([work]));

/**
 * `run` made single: callers who come while it runs get the same outcome. Each may leave by its own signal; when the
 * last has left, the run is aborted, and the next caller starts another.
 */
export function createSharedRun<T>(run: (signal: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  type Running = { readonly outcome: Promise<T>; readonly controller: AbortController; callers: number };
  let current: Running | undefined;

  const start = (): Running => {
    const controller = new AbortController();
    const running: Running = { outcome: run(controller.signal), controller, callers: 0 };
    void settled(running.outcome).then(() => {
      if (current === running) current = undefined;
    });
    return running;
  };
  return async (signal) => {
    signal?.throwIfAborted();
    const running = (current ??= start());
    running.callers += 1;
    try {
      return await abortable(running.outcome, signal);
    } finally {
      running.callers -= 1;
      if (running.callers === 0) {
        if (current === running) current = undefined;
        running.controller.abort();
      }
    }
  };
}
