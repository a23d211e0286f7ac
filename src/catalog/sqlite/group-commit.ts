import { type Clock, HeddleError } from "../../base/index.ts";
import { nextTurn } from "../turn.ts";

/** What changes something within a transaction, step by step: after any step the event loop may turn. */
export type Work<T> = Generator<void, T, void>;

/** Work that is one small step. */
export function* inOneStep<T>(change: () => T): Work<T> {
  yield;
  return change();
}

export type Task<T> = Readonly<{
  /** Begins the work, in a transaction; begins it again after a roll-back. */
  begin(): Work<T>;
  /** How much it is, in rows. */
  weight: number;
  /** Does not wait for others to share its transaction. */
  urgent?: boolean;
  /** Nobody is told anything once it is committed: it waits for more to share its transaction. */
  patient?: boolean;
}>;

/** Where the transactions happen. */
export type TransactionHost = Readonly<{
  /** Between two transactions: what the next one must wait for, if anything. Never fails. */
  rest(): Promise<void> | undefined;
  begin(): void;
  commit(): void;
  /** Undoes the transaction, and tells what shall happen to its tasks. Never throws. */
  recover(error: unknown): Promise<Recovery>;
  /** A little of what may be done when nothing else is to be, in a transaction; true when there is more of it. */
  tidy(): boolean;
}>;

/**
 * "again": the cause is mended, all are tried once more. "each": one of them is at fault, each is tried alone. "fail":
 * nothing can be recorded now, all fail, those that wait too.
 */
export type Recovery = Readonly<{ next: "again" | "each" | "fail"; error: HeddleError }>;

export type GroupCommit = Readonly<{
  /** Resolves after the commit; tasks are committed in the order of the calls. */
  submit<T>(task: Task<T>): Promise<T>;
  waiting(): number;
  /** What was submitted is committed first. */
  close(): Promise<void>;
}>;

export type GroupCommitOptions = Readonly<{
  /** Between two transactions, unless `enough` rows wait; of patient ones alone five times as long, and as many. */
  commitEveryMs: number;
  enough: number;
  /** For so long a transaction goes on without letting the event loop turn, and takes further tasks in. */
  sliceMs: number;
}>;

type Waiting = Readonly<{
  begin(): Work<unknown>;
  weight: number;
  urgent: boolean;
  patient: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}> & { tries: number; alone: boolean };

const patientFactor = 5;

/** Many tasks share one transaction; none blocks the event loop for much longer than a slice. */
export function createGroupCommit(
  deps: Readonly<{ clock: Clock; host: TransactionHost }>,
  options: GroupCommitOptions,
): GroupCommit {
  const { clock, host } = deps;
  const queue: Waiting[] = [];
  let weight = 0;
  let inWork = 0;
  let interrupt = (): void => {};
  let running: Promise<void> | undefined;
  let lastCommitMs = -Infinity;
  let closed = false;
  let moreToTidy = true;

  const submit = <T>(task: Task<T>): Promise<T> => {
    if (closed) {
      return Promise.reject(new HeddleError("The catalog is closed.", { code: "HEDDLE_CATALOG_CLOSED" }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { begin, urgent = false, patient = false } = task;
    queue.push({
      begin,
      weight: task.weight,
      urgent,
      patient,
      resolve: (value) => resolve(value as T),
      reject,
      tries: 0,
      alone: false,
    });
    weight += task.weight;
    moreToTidy = true;
    if (!patient || weight >= enough()) interrupt();
    wake();
    return promise;
  };
  const wake = (): void => {
    running ??= run();
  };
  const run = async (): Promise<void> => {
    await nextTurn();
    while (hasWork()) {
      await host.rest();
      if (isDue()) await commitSome();
      else if (moreToTidy) await tidy();
      else await untilDue();
      await nextTurn();
    }
    running = undefined;
  };
  const hasWork = (): boolean => queue.length > 0 || (moreToTidy && !closed);
  const patience = (): number => (queue.every(({ patient }) => patient) ? patientFactor : 1);
  const enough = (): number => options.enough * patience();
  const waitMs = (): number => lastCommitMs + options.commitEveryMs * patience() - clock.monotonicMs();
  const isDue = (): boolean =>
    queue.length > 0 &&
    (closed || weight >= enough() || waitMs() <= 0 || queue.some(({ urgent, tries }) => urgent || tries > 0));
  const untilDue = async (): Promise<void> => {
    const stop = new AbortController();
    interrupt = () => stop.abort();
    await clock.sleep(Math.max(0, waitMs()), stop.signal).catch(() => {});
    interrupt = () => {};
  };
  const commitSome = async (): Promise<void> => {
    const group: Waiting[] = [];
    try {
      const results = await runGroup(group);
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
    } catch (error) {
      settleFailure(group, await host.recover(error));
    }
    inWork = 0;
    lastCommitMs = clock.monotonicMs();
  };
  /** Takes tasks into `group` as long as the slice lasts, at least one, and commits them. */
  const runGroup = async (group: Waiting[]): Promise<readonly unknown[]> => {
    const results: unknown[] = [];
    host.begin();
    let untilMs = clock.monotonicMs() + options.sliceMs;
    const isOver = (): boolean => clock.monotonicMs() >= untilMs;
    for (let task = queue[0]; task !== undefined; task = queue[0]) {
      if (group.length > 0 && (isOver() || task.alone || group[0]?.alone === true)) break;
      queue.shift();
      weight -= task.weight;
      inWork = group.push(task);
      const work = task.begin();
      for (let step = work.next(); ; step = work.next()) {
        if (step.done === true) {
          results.push(step.value);
          break;
        }
        if (!isOver()) continue;
        await nextTurn();
        untilMs = clock.monotonicMs() + options.sliceMs;
      }
    }
    host.commit();
    return results;
  };
  const settleFailure = (group: readonly Waiting[], { next, error }: Recovery): void => {
    const again =
      next === "again" ? group.filter(({ tries }) => tries === 0) : next === "each" && group.length > 1 ? group : [];
    for (const task of group) if (!again.includes(task)) task.reject(error);
    for (const task of again) Object.assign(task, { tries: task.tries + 1, alone: next === "each" });
    if (next === "fail") for (const task of queue.splice(0)) task.reject(error);
    queue.unshift(...again);
    weight = queue.reduce((sum, task) => sum + task.weight, 0);
  };
  const tidy = async (): Promise<void> => {
    try {
      host.begin();
      moreToTidy = host.tidy();
      host.commit();
    } catch (error) {
      moreToTidy = false;
      await host.recover(error);
    }
  };
  return {
    submit,
    waiting: () => queue.length + inWork,
    async close() {
      closed = true;
      interrupt();
      await running;
    },
  };
}
