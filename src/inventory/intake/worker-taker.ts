import { Worker } from "node:worker_threads";
import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type ListTaking } from "../../cluster/index.ts";
import { createInThreadTaker } from "./in-thread.ts";
import { isPod, type ListTaker, type TakerOptions } from "./model.ts";
import { type PackedBatch } from "./packed.ts";
import { type Answered, type Surroundings, type Told } from "./protocol.ts";
import { createUnpacker, type Unpacked } from "./unpack.ts";

export type WorkerTakerDeps = Readonly<{ clock: Pick<Clock, "after">; log: Logger }>;

export type WorkerTakerOptions = TakerOptions &
  Readonly<{
    /** The module that the thread runs. Default: the one that ships. */
    worker?: URL | undefined;
    /** So much of each list is taken in this thread: most lists are no longer. Default 256 KiB. */
    ownBytes?: number | undefined;
    /** After so long without a list the thread ends, and gives its memory back. Default 5 s. */
    idleMs?: number | undefined;
  }>;

/** "idle": no list was long enough lately. "broken": it failed, and is not tried again. */
export type ThreadState = "idle" | "starting" | "ready" | "broken";

export type WorkerTaker = ListTaker & Readonly<{ thread(): ThreadState }>;

/** What the thread may keep: it holds nothing for longer than a list lasts. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 24 };

/**
 * A taker that gives all but the beginning of a list to a thread beside, which is started by the first list that is long
 * enough. What the thread cannot do is left to whoever asks: after it failed, this thread takes everything.
 */
export function createWorkerTaker(deps: WorkerTakerDeps, options: WorkerTakerOptions): WorkerTaker {
  const { relations, ownBytes = 256 * 1024 } = options;
  const own = createInThreadTaker({ relations });
  const beside = createThread(deps, options);
  return {
    begin(resource): ListTaking {
      let near: ListTaking | undefined;
      let far: ListTaking | undefined;
      let bytes = 0;
      return {
        take(lines) {
          bytes += lines.length;
          if (bytes > ownBytes) far ??= beside.begin(isPod(resource));
          return (far ?? (near ??= own.begin(resource))).take(lines);
        },
        // Whoever watches on behind the list may hold this as long as it watches.
        [Symbol.dispose]() {
          near?.[Symbol.dispose]();
          far?.[Symbol.dispose]();
          near = far = undefined;
        },
      };
    },
    thread: beside.state,
    [Symbol.asyncDispose]: () => beside.close(),
  };
}

type Thread = Readonly<{
  /** Undefined until the thread is there: asking for it starts it. */
  begin(isPod: boolean): ListTaking | undefined;
  state(): ThreadState;
  close(): Promise<void>;
}>;

type Running = Readonly<{ worker: Worker; lists: Map<number, List> }> & { isReady: boolean };

/** A list on its way through the thread: who waits for an answer, in order. */
type List = Readonly<{ read(packed: PackedBatch): Unpacked; waiting: ((taken: Unpacked) => void)[] }>;

const nothing: Unpacked = { batch: { objects: [] }, bytes: 0 };

function createThread(
  { clock, log }: WorkerTakerDeps,
  { relations, worker: module = listWorker(), idleMs = 5_000 }: WorkerTakerOptions,
): Thread {
  let running: Running | undefined;
  let broken = false;
  let last = 0;
  let cancelIdle = (): void => {};

  const start = (): Running => {
    const workerData: Surroundings = { relations };
    const worker = new Worker(module, { workerData, resourceLimits, execArgv: [] });
    // A list that is waited for keeps the process alive by its stream.
    worker.unref();
    const started: Running = { worker, lists: new Map(), isReady: false };
    const fail = (cause: unknown): void => {
      if (running !== started) return;
      running = undefined;
      broken = true;
      log.warn({ error: messageOf(cause) }, "the thread that takes lists in ended: they are taken in without it");
      leave(started);
      void worker.terminate();
    };
    worker.on("message", (answered: Answered) => {
      if (answered === "ready") started.isReady = true;
      else if (running === started) hear(started, answered, fail);
    });
    worker.on("error", fail).on("exit", (code) => fail(new Error(`it ended with ${code}`)));
    return started;
  };
  const close = async (): Promise<void> => {
    cancelIdle();
    const ending = running;
    running = undefined;
    if (ending === undefined) return;
    leave(ending);
    await ending.worker.terminate();
  };
  const rest = (): void => {
    cancelIdle();
    if (running?.lists.size === 0) cancelIdle = clock.after(idleMs, () => void close());
  };
  return {
    begin(isPodList) {
      if (broken) return undefined;
      cancelIdle();
      const thread = (running ??= start());
      if (!thread.isReady) {
        rest();
        return undefined;
      }
      const number = ++last;
      const list: List = { read: createUnpacker(), waiting: [] };
      thread.lists.set(number, list);
      const tell = (told: Told): void => {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        thread.worker.postMessage(told);
      };
      return {
        take(lines) {
          if (running !== thread) return Promise.resolve(nothing);
          const { promise, resolve } = Promise.withResolvers<Unpacked>();
          list.waiting.push(resolve);
          tell({ list: number, isPod: isPodList, lines });
          return promise;
        },
        [Symbol.dispose]() {
          thread.lists.delete(number);
          if (running !== thread) return;
          tell({ list: number, ended: true });
          rest();
        },
      };
    },
    state() {
      if (broken) return "broken";
      return running === undefined ? "idle" : running.isReady ? "ready" : "starting";
    },
    close,
  };
}

/** In the bundles' folder; this module may be in one of its chunks. */
const listWorker = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./list-worker.ts", import.meta.url)
    : new URL("list-worker.js", import.meta.url.replace(/\/chunks\/[^/]*$/, "/"));

/** Whoever waits for an answer reads the lines itself. */
function leave({ lists }: Running): void {
  for (const { waiting } of lists.values()) for (const resolve of waiting.splice(0)) resolve(nothing);
}

function hear({ lists }: Running, answered: Exclude<Answered, "ready">, fail: (cause: unknown) => void): void {
  const list = lists.get(answered.list);
  if (list === undefined) return;
  try {
    const taken = list.read(answered);
    list.waiting.shift()?.(taken);
  } catch (error) {
    fail(error);
  }
}
