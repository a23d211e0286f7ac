import { spawn } from "node:child_process";

/** Runs a process that is asked on standard input, and answers with what it printed on standard output as JSON. */
export async function answerOf<T>([file = "", ...args]: readonly string[], question: object): Promise<T> {
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(question));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}`);
  return JSON.parse(said) as T;
}
