import { spawn } from "node:child_process";
import { constants } from "node:os";

export type ChildEnd = Readonly<{ code: number; output: string }>;

export type ChildOptions = Readonly<{
  /** Keeps its output instead of showing it. */
  capture: boolean;
  /** Run by this command: ["nsenter", …]. */
  within?: readonly string[];
}>;

/** Runs Node on `args`; SIGINT and SIGTERM are passed on, so that tests can clean up. */
export function runChild(args: readonly string[], { capture, within = [] }: ChildOptions): Promise<ChildEnd> {
  const [file = process.execPath, ...rest] = [...within, process.execPath, ...args];
  const child = spawn(file, rest, {
    stdio: capture ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
  });
  const onSignal = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), output });
    });
  });
}
