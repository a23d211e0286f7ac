import { type Writable } from "node:stream";
import { HeddleError, messageOf } from "../../base/index.ts";

/** A Writable of the caller's, written at its own pace; never ended here. One write at a time. */
export type Output = Disposable &
  Readonly<{
    /** Resolves when the target wants more. Rejects with HEDDLE_STREAM_OUTPUT when it fails or was closed. */
    write(chunk: Uint8Array): Promise<void>;
    /** Resolves when the target has taken everything that was written. */
    flush(): Promise<void>;
  }>;

/** Back-pressure for `target`; undefined drops what is written. Disposing takes the listener off. */
export function createOutput(target: Writable | undefined): Output {
  if (target === undefined) return discard;
  // Failures come by each write's callback; without a listener the event would end the process.
  const ignore = (): void => {};
  target.on("error", ignore);
  let taken: Promise<void> = Promise.resolve();
  return {
    async write(chunk) {
      if (target.writableEnded) throw outputFailed(new Error("it was ended"));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const wantsMore = target.write(chunk, (error) => (error ? reject(outputFailed(error)) : resolve()));
      taken = promise;
      taken.catch(ignore);
      if (!wantsMore) await taken;
    },
    flush: () => taken,
    [Symbol.dispose]() {
      if (!target.destroyed) target.off("error", ignore);
    },
  };
}

const discard: Output = {
  write: async () => {},
  flush: async () => {},
  [Symbol.dispose]() {},
};

const outputFailed = (cause: Error): HeddleError =>
  new HeddleError(`cannot write the output: ${messageOf(cause)}`, { code: "HEDDLE_STREAM_OUTPUT", cause });
