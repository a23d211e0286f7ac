/** Pads columns to equal width, three spaces between them, none at the end of a line: as kubectl prints tables. */
export type Layout = Readonly<{
  /** Lines for these rows, each ended by a newline. Widths only grow from one call to the next. */
  lines(rows: readonly (readonly Cell[])[]): string;
}>;

/** A cell's text and, on a terminal, the escape sequence that colours it. */
export type Cell = string | Readonly<{ text: string; colour: string }>;

const gap = 3;
const resetColour = "\u001b[39m";

export function createLayout(): Layout {
  const widths: number[] = [];
  return {
    lines(rows) {
      const clean = rows.map((row) => row.map(cleanCell));
      for (const row of clean) for (const [index, { text }] of row.entries()) widen(index, widthOf(text));
      return clean
        .map(
          (row) =>
            `${row
              .map((cell, index) => pad(cell, index, row.length))
              .join("")
              .trimEnd()}\n`,
        )
        .join("");
    },
  };

  function widen(index: number, width: number): void {
    if (width > (widths[index] ?? 0)) widths[index] = width;
  }

  function pad({ text, colour }: CleanCell, index: number, length: number): string {
    const shown = colour === "" ? text : `${colour}${text}${resetColour}`;
    return index === length - 1 ? shown : shown + " ".repeat((widths[index] ?? 0) - widthOf(text) + gap);
  }
}

type CleanCell = Readonly<{ text: string; colour: string }>;

const cleanCell = (cell: Cell): CleanCell =>
  typeof cell === "string"
    ? { text: printable(cell), colour: "" }
    : { text: printable(cell.text), colour: cell.colour };

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const control = /[\u0000-\u001f\u007f]/;
const everyControl = new RegExp(control, "g");

/** One line, no control characters: what an object says must not move the cursor of the one who reads it. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  if (!control.test(text)) return text;
  const end = text.search(/[\n\r\f]/);
  const line = end < 0 ? text : `${text.slice(0, end)}...`;
  return line.replaceAll(everyControl, (char) => `^${String.fromCodePoint(char.charCodeAt(0) ^ 64)}`);
}

/** Characters, not UTF-16 units. */
const widthOf = (text: string): number => {
  let width = text.length;
  for (let index = 0; index < text.length; index++) if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) width -= 1;
  return width;
};
