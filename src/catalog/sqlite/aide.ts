import { Worker } from "node:worker_threads";

/**
 * A thread beside, for what waits for the disk: SQLite has no other way to do it without blocking the event loop. It
 * has the file open only while it works, so that whoever renames the file must wait for `idle` first.
 */
export type Aide = AsyncDisposable &
  Readonly<{
    /** Whether the file's structure is sound; the first fault as found otherwise. */
    check(): Promise<string | undefined>;
    /** Copies what is committed from the write-ahead log into the database, while others go on. */
    checkpoint(): Promise<void>;
    /**
     * The rest of it, and begins the write-ahead log anew, its first page included, so that no later transaction waits
     * for the disk. Nobody else may be within a transaction. False when a reader was in the way.
     */
    restart(): Promise<boolean>;
    /** Resolves when nothing is under way. */
    idle(): Promise<void>;
  }>;

type Job = "check" | "checkpoint" | "restart";

/** An error of SQLite cannot cross threads whole. */
type Answer = Readonly<{ value: unknown } | { message: string; errcode: number | undefined }>;

/** The thread begins with the first job, and does not keep the process alive. */
export function createAide(file: string): Aide {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const ask = (job: Job): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const thread = (worker ??= startThread(file));
    const settle = (act: () => void): void => {
      thread.off("message", onAnswer).off("error", onEnd).off("exit", onEnd).unref();
      act();
    };
    const onAnswer = (answer: Answer): void =>
      settle(() =>
        "value" in answer ? resolve(answer.value) : reject(Object.assign(new Error(answer.message), answer)),
      );
    const onEnd = (cause: unknown): void =>
      settle(() => {
        worker = undefined;
        reject(new Error("The thread that serves the catalog ended.", { cause }));
      });
    thread.once("message", onAnswer).once("error", onEnd).once("exit", onEnd).ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.postMessage(job);
    return promise;
  };
  const enqueue = (job: Job): Promise<unknown> => {
    const result = last.then(() => ask(job));
    last = result.catch(() => {});
    return result;
  };
  return {
    check: async () => {
      const found = await enqueue("check");
      return found === "ok" ? undefined : String(found);
    },
    checkpoint: async () => void (await enqueue("checkpoint")),
    restart: async () => (await enqueue("restart")) === 0,
    idle: async () => void (await last),
    async [Symbol.asyncDispose]() {
      await last;
      await worker?.terminate();
      worker = undefined;
    },
  };
}

/** The function's own text is what runs there: a bundle needs no second entry for it. */
const startThread = (file: string): Worker =>
  new Worker(`(${aideThread.toString()})()`, {
    eval: true,
    workerData: file,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });

/** Must not refer to anything outside of itself. */
function aideThread(): void {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const work = (job: Job): unknown => {
    const database = new DatabaseSync(String(workerData), { timeout: 1_000 });
    try {
      database.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
      if (job === "check") return Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
      const mode = job === "restart" ? "TRUNCATE" : "PASSIVE";
      const busy = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get()?.["busy"];
      // The first to write into an empty log waits for the disk.
      if (job === "restart" && busy === 0) database.exec("UPDATE state SET one = 1");
      return busy;
    } finally {
      database.close();
    }
  };
  parentPort?.on("message", (job: Job) => {
    let answer: unknown;
    try {
      answer = { value: work(job) };
    } catch (error) {
      const { message, errcode } = error as Error & { errcode?: number };
      answer = { message, errcode };
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    parentPort?.postMessage(answer);
  });
}
