import { once } from "node:events";
import { type CliOutput, type CliPorts } from "../ports.ts";

/** Where a command's words go: results to stdout, everything else to stderr. */
export type Output = Readonly<{
  /** Waits while the reader of a pipe is slow. */
  write(text: string): Promise<void>;
  /** As `write`, for what is not ours to decode. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** One line on stderr. */
  note(line: string): void;
  /** True when stdout is a terminal that wants colour (NO_COLOR unset or empty, TERM not "dumb"). */
  colour: boolean;
  /** True when stdout is a terminal. */
  terminal: boolean;
  /** A line on stderr that the next one replaces; nothing where stderr is no terminal. Empty text clears it. */
  progress(text: string): void;
}>;

/** The streams of `ports` as an Output. */
export function createOutput({ stdout, stderr, env }: Pick<CliPorts, "stdout" | "stderr" | "env">): Output {
  const terminal = stdout.isTTY === true;
  let progressShown = false;
  const progress = (text: string): void => {
    if (stderr.isTTY !== true || (text === "" && !progressShown)) return;
    progressShown = text !== "";
    stderr.write(`\r\u001b[K${text}`);
  };
  const send = async (data: string | Uint8Array): Promise<void> => {
    if (data.length > 0 && !stdout.write(data) && isOpen(stdout)) await once(stdout, "drain");
  };
  return {
    write: send,
    writeBytes: send,
    terminal,
    colour: terminal && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    progress,
    note(line) {
      progress("");
      stderr.write(`${line}\n`);
    },
  };
}

const isOpen = (stream: CliOutput): boolean => !stream.destroyed && stream.errored === null && !stream.writableEnded;
