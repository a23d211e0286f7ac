import { spawn } from "node:child_process";
import { delimiter } from "node:path";

/** A shell's PATH: npm puts the pinned Node on its own, and the launcher would have nothing to do. */
export const userPath = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .join(delimiter);

export type Command = Readonly<{ file: string; args: readonly string[]; env: Readonly<Record<string, string>> }>;

/** From start to exit in milliseconds, its output read to the end and counted: a wrong answer is no answer. */
export async function timeMs({ file, args, env }: Command, rows: number): Promise<number> {
  const fromMs = performance.now();
  const child = spawn(file, args, {
    env: { PATH: userPath, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  const tookMs = performance.now() - fromMs;
  const lines = Buffer.concat(chunks).toString().trimEnd().split("\n").length - 1;
  if (code !== 0 || lines !== rows)
    throw new Error(`${file} ${args.join(" ")} ended with ${code} and ${lines} rows, expected ${rows}`);
  return tookMs;
}
