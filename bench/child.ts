import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process that was asked something on standard input, and answers with JSON, a value a line. */
export type Child = AsyncDisposable &
  Readonly<{
    pid: number;
    /** The next value. Rejects when the process ends before it. */
    next<T>(): Promise<T>;
    /** Closes its standard input: what it was to do until then is over. */
    finish(): void;
  }>;

const patienceMs = 5_000;

/** Starts a process with its question; it is killed when it still runs a while after the end of its input. */
export function startChild([file = "", ...args]: readonly string[], question: object): Child {
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  ended.catch(() => {});
  // Who has gone already reads nothing more.
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(question)}\n`);
  return {
    pid: child.pid ?? 0,
    async next<T>() {
      const { done, value } = await lines.next();
      if (done !== true) return JSON.parse(value) as T;
      const [code, signal] = await ended;
      throw new Error(`${file} ended with ${String(code ?? signal)} and no answer`);
    },
    finish: () => child.stdin.end(),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      // It may have folders of its own to take away.
      const kill = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await ended.finally(() => clearTimeout(kill));
    },
  };
}

/** The only answer of a process. */
export async function answerOf<T>(command: readonly string[], question: object): Promise<T> {
  await using child = startChild(command, question);
  child.finish();
  return await child.next<T>();
}
