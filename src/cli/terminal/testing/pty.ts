import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "../../../../test/kube/index.ts";

/**
 * Whether the terminal shows what is typed, hands it over by lines, and makes a new line of a line feed that it is to
 * show.
 */
export type TerminalModes = Readonly<{ echo: boolean; lines: boolean; newlines: boolean }>;

export const cooked: TerminalModes = { echo: true, lines: true, newlines: true };
export const raw: TerminalModes = { echo: false, lines: false, newlines: false };

/** A command on a real pseudo-terminal of 80 columns and 24 rows. */
export type Pty = AsyncDisposable &
  Readonly<{
    /** Everything shown so far. */
    shown(): string;
    /** Resolves when `text` has been shown. */
    shows(text: string): Promise<void>;
    type(text: string): void;
    resize(size: Readonly<{ columns: number; rows: number }>): void;
    signal(name: NodeJS.Signals): void;
    modes(): Promise<TerminalModes>;
    /** How the command ended (less than 0: by that signal), and how it left the terminal. */
    ended(): Promise<Readonly<{ exit: number; modes: TerminalModes }>>;
  }>;

type Event = Readonly<{ out?: string; exit?: number; modes?: TerminalModes }>;

/** Why there is no pseudo-terminal on this machine; undefined where there is. */
export const ptyMissing = (): string | undefined =>
  spawnSync("python3", ["-c", "import os, pty, termios; os.waitstatus_to_exitcode"]).status === 0
    ? undefined
    : "needs python3 (3.9 or later) for a pseudo-terminal: install python3";

export function openPty(command: readonly string[]): Pty {
  const driver = spawn("python3", [join(import.meta.dirname, "run-on-pty.py"), ...command], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const events: Event[] = [];
  createInterface({ input: driver.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  const shown = (): string => events.map(({ out }) => out ?? "").join("");
  const order = (what: object): void => void driver.stdin.write(`${JSON.stringify(what)}\n`);
  return {
    shown,
    shows: async (text) => {
      await until(`"${text}" in ${JSON.stringify(shown())}`, () => shown().includes(text), {
        timeoutMs: 60_000,
        everyMs: 20,
      });
    },
    type: (text) => order({ write: text }),
    resize: ({ columns, rows }) => order({ size: [rows, columns] }),
    signal: (name) => order({ signal: name }),
    async modes() {
      const from = events.length;
      order({ modes: true });
      return until("the modes", () => events.slice(from).find(({ modes }) => modes)?.modes);
    },
    ended: () =>
      until("the command's end", () => {
        const { exit, modes } = events.find((event) => event.exit !== undefined) ?? {};
        return exit === undefined || modes === undefined ? undefined : { exit, modes };
      }),
    async [Symbol.asyncDispose]() {
      await closed(driver);
    },
  };
}

async function closed(driver: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => driver.once("close", () => resolve()));
  if (driver.exitCode !== null) return;
  driver.stdin?.end();
  await gone;
}
