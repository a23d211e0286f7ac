import { Worker } from "node:worker_threads";
import { HeddleError } from "../../base/index.ts";
import { type Answer, describeOperation, type Question, type Refusal } from "./messages.ts";
import { type Batch, type Kernel, KernelRefused, type Observation, type Operation } from "./model.ts";

export type KernelOptions = Readonly<{
  /** The module that the thread runs; a bundle names its own. */
  worker?: URL | undefined;
  /** The path of the network namespace that is the node's; by default the process's own. */
  home?: string | undefined;
  /** How many batches are in the thread's hands at a time; those that wait can still be aborted. Default 64. */
  inFlight?: number;
  /** Told the name of each error with which the kernel refused. */
  onRefused?: ((errno: string) => void) | undefined;
}>;

type Ask = Readonly<{ run: Batch } | { observe: Observation } | { lock: number }>;

type Pending = Readonly<{
  ask: Ask;
  done: Promise<Answer>;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}>;

/**
 * Starts the thread. It keeps the process alive only while it works.
 * Fails with KernelRefused, and with HEDDLE_KERNEL_LOST when the thread has ended: whether what was under way was done
 * is then not known.
 */
export function createKernel({ worker: module, home, inFlight = 64, onRefused }: KernelOptions = {}): Kernel {
  const worker = new Worker(module ?? new URL("./worker.ts", import.meta.url), {
    name: "heddle-kernel",
    workerData: { home },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  return converse(worker, { inFlight, onRefused });
}

type Conversing = Required<Pick<KernelOptions, "inFlight">> & Pick<KernelOptions, "onRefused">;

function converse(worker: Worker, { inFlight, onRefused }: Conversing): Kernel {
  const waiting = new Set<Pending>();
  const sent = new Map<number, Pending>();
  let lastId = 0;
  let ended: HeddleError | undefined;
  let closing = false;
  const loss = new AbortController();

  const sendNext = (): void => {
    for (const pending of waiting) {
      if (sent.size >= inFlight) return;
      waiting.delete(pending);
      const id = ++lastId;
      if (sent.size === 0) worker.ref();
      sent.set(id, pending);
      const question: Question = { id, ...pending.ask };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      worker.postMessage(question);
    }
  };
  const onEnd = (cause: unknown): void => {
    if (ended === undefined) loss.abort((ended = lost(cause)));
    for (const pending of [...sent.values(), ...waiting]) pending.reject(ended);
    sent.clear();
    waiting.clear();
  };
  worker.on("message", (answer: Answer) => {
    const pending = sent.get(answer.id);
    sent.delete(answer.id);
    if (sent.size === 0) worker.unref();
    pending?.resolve(answer);
    sendNext();
  });
  worker.on("error", onEnd).on("exit", onEnd);

  const refused = (answer: Answer, operations: readonly Operation[] = []): KernelRefused => {
    const error = refusal(answer, operations);
    onRefused?.(error.errno);
    return error;
  };
  const ask = async (what: Ask, signal: AbortSignal | undefined): Promise<Answer> => {
    signal?.throwIfAborted();
    if (ended !== undefined || closing) throw ended ?? lost(undefined);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const pending = { ask: what, done: promise, resolve, reject };
    waiting.add(pending);
    const onAbort = (): void => {
      if (waiting.delete(pending)) reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    sendNext();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  };
  return {
    lost: loss.signal,
    async run(batch, signal) {
      const answer = await ask({ run: batch }, signal);
      if ("results" in answer) return answer.results;
      throw refused(answer, batch.operations);
    },
    async observe(what, signal) {
      const answer = await ask({ observe: what }, signal);
      if ("state" in answer) return answer.state;
      throw refused(answer);
    },
    async tryLock(fd, signal) {
      const answer = await ask({ lock: fd }, signal);
      if ("locked" in answer) return answer.locked;
      throw refused(answer);
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      await Promise.allSettled([...sent.values(), ...waiting].map(({ done }) => done));
      ended ??= lost(undefined);
      await worker.terminate();
    },
  };
}

const lost = (cause: unknown): HeddleError =>
  new HeddleError("The thread that speaks to the kernel has ended.", {
    code: "HEDDLE_KERNEL_LOST",
    ...(cause instanceof Error ? { cause } : {}),
  });

function refusal(answer: Answer, operations: readonly Operation[]): KernelRefused {
  const { errno, text, index }: Refusal =
    "refusal" in answer ? answer.refusal : { errno: "EPROTO", text: "the kernel's thread answered another question" };
  const operation = index === undefined ? undefined : operations[index];
  const what = operation === undefined ? "" : ` ${describeOperation(operation)}`;
  return new KernelRefused(`The kernel refused${what}: ${text} (${errno}).`, { errno, operation });
}
