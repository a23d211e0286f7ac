/**
 * Runs `runInTerminal` on this process's own terminal, with a container that shows every byte typed as "<61>", each size
 * as "<80x24>" and ends with 7 on "q". The first argument says what else happens at its beginning or end.
 */
import { type Readable } from "node:stream";
import { type ExecOptions, type ExecResult, type PodStreams } from "../../../model/index.ts";
import { runInTerminal } from "../run-in-terminal.ts";

const [way, joining] = process.argv.slice(2);

async function run(_target: unknown, { stdin, stdout, sizes }: Omit<ExecOptions, "command">): Promise<ExecResult> {
  stdout?.write("<begun>");
  void (async () => {
    for await (const { columns, rows } of sizes ?? []) stdout?.write(`<${columns}x${rows}>`);
  })();
  for await (const byte of bytesOf(stdin)) {
    stdout?.write(`<${byte.toString(16).padStart(2, "0")}>`);
    if (byte !== 0x71) continue;
    if (way === "fails") throw new Error("the connection broke");
    if (way === "exits") process.exit(9);
    if (way === "throws") setImmediate(() => void undefinedFunction());
    else return { exitCode: 7 };
  }
  return { exitCode: 1 };
}

const undefinedFunction = (): never => {
  throw new Error("nobody catches this");
};

async function* bytesOf(stdin: Readable | undefined): AsyncGenerator<number> {
  for await (const chunk of stdin?.iterator({ destroyOnReturn: false }) ?? []) yield* chunk as Buffer;
}

const target = { namespace: "default", pod: "box", container: "app" };
try {
  const streams: Pick<PodStreams, "exec" | "attach"> = { exec: run, attach: run };
  process.exitCode = await runInTerminal(
    { streams, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    target,
    { stdin: true, tty: true, ...(joining === undefined && { command: ["sh"] }) },
  );
} catch {
  process.exitCode = 3;
}
