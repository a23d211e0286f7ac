import { on } from "node:events";
import { type TerminalSize } from "../../model/index.ts";
import { type CliOutput, type CliPorts } from "../ports.ts";

/** The sizes of a terminal: the present one, then each new one, until the signal aborts. */
export async function* terminalSizes(stdout: CliOutput, signal: AbortSignal): AsyncGenerator<TerminalSize> {
  const size = (): TerminalSize => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  yield size();
  try {
    for await (const _ of on(stdout, "resize", { signal })) yield size();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Hands keys through as they are typed, Ctrl-C too; disposing gives the terminal back as it was. */
export function rawTerminal({ stdin }: Pick<CliPorts, "stdin">): Disposable {
  stdin.setRawMode?.(true);
  return { [Symbol.dispose]: () => void stdin.setRawMode?.(false) };
}
