import type { Calls } from "./calls.ts";
import { errnoName } from "./errno.ts";
import { execute, groundOf, type Grounds } from "./execute.ts";
import { type Ground, nodeGround, podGround } from "./ground.ts";
import type { Answer, Question, Refusal } from "./messages.ts";
import type { Batch, Observation, Operation, OperationResult } from "./model.ts";
import { openNamespaces } from "./namespaces.ts";
import { checked, netlinkNetfilter, type NetlinkSocket, openNetlink, SystemRefusal } from "./netlink-socket.ts";
import { observe } from "./observe.ts";
import { createReaper } from "./reaper.ts";

/** What the kernel's thread does with each question. Never rejects. */
export type Labour = Readonly<{ answer(question: Question): Promise<Answer> }>;

/** A refusal and the place of its operation in the batch. */
class Stopped extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super("the batch was stopped", { cause });
    this.index = index;
  }
}

/** Works from this thread's own network namespace, or from the one at `home`. */
export function createLabour(calls: Calls, home?: string): Labour {
  const namespaces = openNamespaces(calls, home);
  const nodeSocket = openNetlink(calls);
  const reaper = createReaper({ marks: nodeSocket, deletions: [1, 2, 3].map(() => openNetlink(calls)) });
  let filterSocket: NetlinkSocket | undefined;
  const filter = (): NetlinkSocket => (filterSocket ??= openNetlink(calls, netlinkNetfilter));
  const node = (): Ground => nodeGround({ calls, route: nodeSocket, filter }, namespaces);
  const pod = (path: string): Ground => podGround(path, { calls, namespaces });

  /** Asking for a link also makes the kernel tell its state on, where the kernel is new enough. */
  const settle = async (name: string, ground: Ground): Promise<OperationResult> => {
    const deadlineMs = performance.now() + settleMs;
    while (ground.find(name)?.running === false) {
      if (performance.now() > deadlineMs) return { changed: false };
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return { changed: true };
  };
  /** A batch waits only for links to come and go, and then in the node's namespace. */
  const runOne = async (operation: Operation, grounds: Grounds): Promise<OperationResult> => {
    if (operation.op === "link.settle") return settle(operation.name, groundOf(operation.in, grounds));
    if (operation.op !== "link.delete" || operation.in !== "node") return execute(operation, grounds);
    const found = grounds.node.find(operation.name);
    if (found === undefined) return { changed: false };
    await reaper.reap(found.index);
    return { changed: true };
  };
  const runAll = async ({ operations, undo = [] }: Batch, grounds: Grounds): Promise<readonly OperationResult[]> => {
    const results: OperationResult[] = [];
    const leaving: Promise<OperationResult>[] = [];
    const untilGone = async (): Promise<void> => {
      for (const link of leaving.splice(0)) results.push(await link);
    };
    try {
      for (const operation of operations) {
        if (needsNoWait(operation)) {
          if (leaving.length > 0) await untilGone();
          results.push(execute(operation, grounds));
          continue;
        }
        // Links that come or go one after another do so together.
        const link = runOne(operation, grounds);
        link.catch(() => {});
        leaving.push(link);
      }
      await untilGone();
      return results;
    } catch (error) {
      if (results.length > 0) for (const operation of undo) await runOne(operation, grounds).catch(ignoreRefusal);
      throw new Stopped(results.length, error);
    }
  };
  const run = async (batch: Batch): Promise<readonly OperationResult[]> => {
    using inPod = batch.netns === undefined ? undefined : pod(batch.netns);
    using inNode = node();
    return await runAll(batch, { node: inNode, pod: inPod });
  };
  const look = (what: Observation): ReturnType<typeof observe> => {
    using ground = what.netns === undefined ? node() : pod(what.netns);
    return observe(what, ground);
  };
  return {
    async answer(question) {
      const { id } = question;
      try {
        if ("run" in question) return { id, results: await run(question.run) };
        if ("observe" in question) return { id, state: look(question.observe) };
        return { id, locked: tryLock(calls, question.lock) };
      } catch (error) {
        return { id, refusal: refusalOf(error) };
      }
    },
  };
}

const lock = { exclusive: 2, atOnce: 4 } as const;

function tryLock(calls: Calls, fd: number): boolean {
  const { value, errno } = calls.flock(fd, lock.exclusive | lock.atOnce);
  if (value < 0 && errnoName(errno) === "EAGAIN") return false;
  checked({ value, errno }, "cannot lock");
  return true;
}

const settleMs = 500;

const needsNoWait = (operation: Operation): boolean =>
  operation.op !== "link.settle" && (operation.op !== "link.delete" || operation.in !== "node");

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SystemRefusal)) throw error;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Stopped) return { ...refusalOf(error.cause), index: error.index };
  if (error instanceof SystemRefusal) return { errno: error.errno, text: error.message };
  return { errno: "EINVAL", text: error instanceof Error ? error.message : String(error) };
}
