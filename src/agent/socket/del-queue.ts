import { type FileHandle, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Clock, HeddleError, isAbort, type Logger, messageOf } from "../../base/index.ts";
import { type CniAnswer } from "../cni/dispatch.ts";
import { bodyLimitBytes, type CniCall, headerBytes, isFault, readRequest } from "./frame.ts";

export type DelQueueDeps = Readonly<{
  /** Of each call `calledAtMs` says since when it waits. */
  answer(call: CniCall & Readonly<{ calledAtMs?: number }>, signal: AbortSignal): Promise<CniAnswer>;
  /** flock(2), exclusive, on an open file; false when another process holds it. Closing the file gives it back. */
  tryLock(fd: number): Promise<boolean>;
  logger: Logger;
  clock: Clock;
}>;

export type DelQueueOptions = Readonly<{
  /** The folder into which the executable writes while no agent listens. */
  path: string;
  /** How long to wait between two looks when some could not be done. Default 30 s. */
  retryMs?: number;
  /** How many at one time. Default 8. */
  atOnce?: number;
}>;

export type DelQueue = Readonly<{
  /**
   * Answers every DEL that was queued, and tells how many are done and how many are left for later. To be called once the
   * socket listens: the lock makes sure that whoever queues one later has seen the socket.
   */
  drain(signal: AbortSignal): Promise<Readonly<{ done: number; left: number }>>;
  /** Drains at once, and again as long as something is left; resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}>;

const lockName = ".lock";

const isQueued = (name: string): boolean => name.endsWith(".del") && !name.startsWith(".");

/** How many wait in the folder; none where there is no folder. */
export const countQueued = (path: string): Promise<number> =>
  readdir(path).then(
    (names) => names.filter(isQueued).length,
    () => 0,
  );

/** The other half of what native/del-queue.c writes. Fails with HEDDLE_AGENT_QUEUE_FAILED when the folder cannot be read. */
export function createDelQueue(deps: DelQueueDeps, { path, retryMs = 30_000, atOnce = 8 }: DelQueueOptions): DelQueue {
  const drain: DelQueue["drain"] = async (signal) => {
    const names = await listQueued(deps, { path, signal });
    let [done, at] = [0, 0];
    const work = async (): Promise<void> => {
      while (at < names.length && !signal.aborted) {
        const name = names[at++] ?? "";
        if (await answerFile(deps, { file: join(path, name), signal })) done++;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    if (names.length > 0) deps.logger.info({ done, left: names.length - done }, "answered the DELs that were queued");
    return { done, left: names.length - done };
  };
  return {
    drain,
    async run(signal) {
      while (!signal.aborted) {
        const woken = Promise.withResolvers<void>();
        const left = await drain(signal).then(
          (drained) => drained.left,
          (error: unknown) => {
            if (!isAbort(error, signal))
              deps.logger.error({ error: messageOf(error) }, "cannot read the queue of DELs");
            return 1;
          },
        );
        const aborted = Promise.withResolvers<void>();
        const onAbort = (): void => aborted.resolve();
        signal.addEventListener("abort", onAbort, { once: true });
        const cancel = left === 0 ? () => {} : deps.clock.after(retryMs, () => woken.resolve());
        if (!signal.aborted) await Promise.race([woken.promise, aborted.promise]);
        cancel();
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

type Listing = Readonly<{ path: string; signal: AbortSignal }>;

/** What is queued, oldest first. Under the lock nobody writes: what is unfinished is a dead client's. */
async function listQueued(deps: DelQueueDeps, { path, signal }: Listing): Promise<readonly string[]> {
  let lock: FileHandle | undefined;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    lock = await open(join(path, lockName), "a", 0o600);
    while (!(await deps.tryLock(lock.fd))) await deps.clock.sleep(5, signal);
    const names = await readdir(path);
    const unfinished = names.filter((name) => name.startsWith(".") && name !== lockName);
    await Promise.all(unfinished.map((name) => rm(join(path, name), { force: true })));
    return names.filter(isQueued).sort();
  } catch (cause) {
    if (isAbort(cause, signal)) throw cause;
    throw new HeddleError(`cannot read the queue ${path}: ${messageOf(cause)}`, {
      code: "HEDDLE_AGENT_QUEUE_FAILED",
      retryable: true,
      cause,
    });
  } finally {
    await lock?.close();
  }
}

type Queued = Readonly<{ file: string; signal: AbortSignal }>;

/** True when the DEL is done and its file gone. One that never can be done is dropped, and told. */
async function answerFile({ answer, logger }: DelQueueDeps, { file, signal }: Queued): Promise<boolean> {
  try {
    const bytes = await readFile(file);
    const call = bytes.length > headerBytes + bodyLimitBytes ? undefined : readRequest(bytes);
    const isDel = call !== undefined && !isFault(call) && call.command === "DEL";
    if (!isDel) logger.error({ file }, "dropped a file of the queue that holds no DEL");
    const { status, output } = isDel ? await answer({ ...call, ...queuedAt(file) }, signal) : dropped;
    if (status !== 0 && !isHopeless(output)) return false;
    await rm(file, { force: true });
    return status === 0;
  } catch (error) {
    logger.warn({ file, error: messageOf(error) }, "cannot answer a DEL that was queued; it is tried again");
    return false;
  }
}

/** The executable names its files by the nanoseconds since the epoch, of 16 hexadecimal digits, and its process. */
function queuedAt(file: string): Readonly<{ calledAtMs?: number }> {
  const digits = /^([0-9a-f]{16})-[0-9a-f]{8}\.del$/.exec(basename(file))?.[1];
  return digits === undefined ? {} : { calledAtMs: Number(BigInt(`0x${digits}`) / 1_000_000n) };
}

/** As if the protocol had refused it for good: 6, "failed to decode content". */
const dropped: CniAnswer = { status: 1, output: '{"code":6}' };

/** The codes of requests that are wrong in themselves: no later try can do better. */
const hopelessCodes: ReadonlySet<unknown> = new Set([1, 4, 6, 7]);

function isHopeless(output: string): boolean {
  const answer: unknown = JSON.parse(output);
  return typeof answer === "object" && answer !== null && "code" in answer && hopelessCodes.has(answer.code);
}
