import { type Interrupt, listenForInterrupts } from "./interrupts.ts";
import { createProgram } from "../cli/index.ts";
import { systemClock } from "../base/index.ts";
import { heddleVersion } from "./version.ts";

/**
 * The `heddle` command: composes what it needs and answers with the exit code. SIGINT and SIGTERM end the command
 * cleanly; a second one ends the process at once.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt: Interrupt = listenForInterrupts(process, systemClock);
  const program = createProgram({
    // Loaded when a command asks: help, version and completion start without a client.
    open: async (...question) => {
      const { openFleet } = await import("./open-fleet.ts");
      return openFleet({ env: process.env, stderr: process.stderr, clock: systemClock })(...question);
    },
    version: heddleVersion(),
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    clock: systemClock,
  });
  try {
    return interrupt.exitCode(await program.run(argv, interrupt.signal));
  } finally {
    interrupt[Symbol.dispose]();
  }
}
