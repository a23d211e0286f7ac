import { type CliOutput } from "../ports.ts";

/** A block of lines on a terminal that is drawn again in its place. */
export type Screen = Disposable &
  Readonly<{
    /** Replaces what was drawn before. Lines that are too long are cut, lines that do not fit are left out. */
    draw(lines: readonly string[]): void;
    /** Rows that fit. */
    rows(): number;
  }>;

const escape = "\u001b[";

/** Draws on `stdout`, which has to be a terminal. Disposing shows the cursor again and leaves the last drawing. */
export function createScreen(stdout: CliOutput): Screen {
  let drawn = 0;
  const rows = (): number => Math.max(2, (stdout.rows || 24) - 1);
  stdout.write(`${escape}?25l`);
  return {
    rows,
    draw(lines) {
      const shown = lines.slice(0, rows()).map((line) => cut(line, stdout.columns || 80));
      const up = drawn === 0 ? "" : `${escape}${drawn}A`;
      stdout.write(`${up}\r${shown.map((line) => `${line}${escape}K\n`).join("")}${escape}J`);
      drawn = shown.length;
    },
    [Symbol.dispose]: () => void stdout.write(`${escape}?25h`),
  };
}

/** At most `width` characters; escape sequences take none, and colours end with the line. */
export function cut(line: string, width: number): string {
  let length = 0;
  let kept = "";
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  for (const piece of line.match(/\u001b\[[\d;]*m|./gsu) ?? []) {
    const isEscape = piece.startsWith("\u001b[");
    if (!isEscape && length >= width) continue;
    if (!isEscape) length += 1;
    kept += piece;
  }
  return kept;
}
