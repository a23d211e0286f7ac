import { type CST, isNode, stringify, visit, type YAMLSeq } from "yaml";
import { type JsonValue } from "../../model/index.ts";

/**
 * A text whose list by indentation has one more item at its end, or, where nothing is known of a list, that has the item
 * at its own end. No other character changes.
 */
export function appendItem(text: string, item: JsonValue, list?: YAMLSeq): string {
  if (list === undefined) return insertItem(text, text.length, { item, indent: 2 });
  const [first] = dashes(list);
  if (first !== undefined)
    return insertItem(text, itemEnd(text, list, list.items.length - 1), { item, indent: columnOf(text, first) });
  // "clusters: [] # comment": the comment stays on its line.
  const [start = 0, end = 0] = list.range ?? [];
  const above = text.slice(0, start).trimEnd() + text.slice(end, lineEnd(text, end));
  return insertItem(above + text.slice(lineEnd(text, end)), above.length, { item, indent: 2 });
}

function insertItem(text: string, at: number, { item, indent }: Readonly<{ item: JsonValue; indent: number }>): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = stringify([item], { lineWidth: 0 }).trimEnd().split("\n");
  const block = lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line) + newline).join("");
  const before = text.slice(0, at);
  return before + (before === "" || before.endsWith("\n") ? "" : newline) + block + text.slice(at);
}

/** A text without one item of a list by indentation, and without the comment right above it. Undefined: not by this. */
export function cutItem(text: string, index: number, list: YAMLSeq): string | undefined {
  const dash = dashes(list)[index];
  if (dash === undefined) return undefined;
  const start = withCommentAbove(text, lineStart(text, dash), columnOf(text, dash));
  let end = itemEnd(text, list, index);
  // No second blank line where there is one above, and none below the key.
  if (index === 0 || isBlankAt(text, lineStart(text, Math.max(0, start - 1))))
    while (isBlankAt(text, end)) end = lineEnd(text, end);
  return text.slice(0, start) + text.slice(end);
}

/** Where the "-" of each item stands. */
function dashes({ srcToken }: YAMLSeq): readonly number[] {
  if (srcToken?.type !== "block-seq") return [];
  const offsetOf = ({ start }: CST.BlockSequence["items"][number]) =>
    start.find(({ type }) => type === "seq-item-ind")?.offset;
  return srcToken.items.flatMap((item) => offsetOf(item) ?? []);
}

/** The start of the line behind an item and the comments that are indented as belonging to it. */
function itemEnd(text: string, list: YAMLSeq, index: number): number {
  const dash = dashes(list)[index] ?? 0;
  const valueEnd = Math.max(dash, ...leafEnds(list.items[index]));
  let end = text[valueEnd - 1] === "\n" ? valueEnd : lineEnd(text, valueEnd);
  while ((commentColumn(text, end) ?? -1) > columnOf(text, dash)) end = lineEnd(text, end);
  return end;
}

/** Where the values in a node end: of one that goes over lines its own end may stand behind comments. */
function leafEnds(node: unknown): readonly number[] {
  const ends: number[] = [];
  const note = (_key: unknown, { range }: { range?: readonly number[] | null }): void =>
    void ends.push(range?.[1] ?? 0);
  if (isNode(node))
    visit(node, { Scalar: note, Alias: note, Collection: (key, it) => (it.flow ? note(key, it) : undefined) });
  return ends;
}

/** The start of the comment lines that stand right above a line, no deeper than it. */
function withCommentAbove(text: string, line: number, column: number): number {
  let start = line;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    if ((commentColumn(text, above) ?? column + 1) > column) break;
    start = above;
  }
  return start;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** The column of the "#" of a line that is nothing but a comment. */
const commentColumn = (text: string, line: number): number | undefined =>
  /^([ \t]*)#/.exec(text.slice(line, lineEnd(text, line)))?.[1]?.length;

const isBlankAt = (text: string, line: number): boolean =>
  line < text.length && text.slice(line, lineEnd(text, line)).trim() === "";
