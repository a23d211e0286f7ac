import { on } from "node:events";
import { type TerminalSize } from "../../model/index.ts";
import { type CliOutput } from "../ports.ts";

/**
 * The size of the terminal behind `stdout`, and each new one (Node tells "resize" when SIGWINCH comes), until the signal
 * aborts. None where stdout is no terminal: the far end then keeps its own size.
 */
export async function* terminalSizes(stdout: CliOutput, signal: AbortSignal): AsyncGenerator<TerminalSize> {
  if (stdout.isTTY !== true || signal.aborted) return;
  // Before the first size is looked at: what changes after that is told.
  const changes = on(stdout, "resize", { signal });
  let last = sizeOf(stdout);
  yield last;
  try {
    for await (const _ of changes) {
      const size = sizeOf(stdout);
      if (size.columns === last.columns && size.rows === last.rows) continue;
      last = size;
      yield size;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * The same with a size before the first that is one greater both ways: a program that was left and is attached to again
 * takes notice of a change only, and draws itself anew.
 */
export async function* redrawingSizes(sizes: AsyncIterable<TerminalSize>): AsyncGenerator<TerminalSize> {
  let first = true;
  for await (const size of sizes) {
    if (first) yield { columns: size.columns + 1, rows: size.rows + 1 };
    first = false;
    yield size;
  }
}

const sizeOf = ({ columns, rows }: CliOutput): TerminalSize => ({ columns: columns || 80, rows: rows || 24 });
