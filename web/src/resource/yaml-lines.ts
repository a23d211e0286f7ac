/** A piece of a line and what it is. */
export type YamlPiece = Readonly<{ text: string; is: "key" | "text" | "number" | "word" | "note" | "mark" | "plain" }>;

/** A text in lines, with which of them are the inside of a block of text ("|" or ">"): nothing in it has a meaning. */
export type YamlText = Readonly<{ lines: readonly string[]; inBlock: readonly boolean[] }>;

/** Cuts a text into lines. One pass over it: a megabyte takes milliseconds. Pure. */
export function yamlLines(text: string): YamlText {
  const lines = text.replace(/\n$/, "").split("\n");
  let blockAt: number | undefined;
  const inBlock = lines.map((line) => {
    const indent = line.search(/\S/);
    if (blockAt !== undefined && (indent === -1 || indent > blockAt)) return true;
    blockAt = /(^|[\s:-])[|>][+-]?\d*\s*$/.test(line.slice(-300)) ? Math.max(0, keyIndent(line)) : undefined;
    return false;
  });
  return { lines, inBlock };
}

/** Where a line's key begins: "- " before it counts, for what is below must stand further in than the key. */
const keyIndent = (line: string): number => /^[\s-]*/.exec(line)?.[0].length ?? 0;

/** A line's pieces by what they are. Pure. */
export function yamlPieces(line: string, inBlock: boolean): readonly YamlPiece[] {
  if (inBlock) return [{ text: line, is: "text" }];
  const [, lead = "", key, colon = "", rest = ""] =
    /^(\s*(?:- )*)(?:((?:"(?:[^"\\]|\\.)*"|[^\s"'#:[\]{}][^:#]*?))(:)(?=\s|$))?(.*)$/s.exec(line) ?? [];
  return [
    ...(lead === "" ? [] : [{ text: lead, is: "mark" } as const]),
    ...(key === undefined ? [] : [{ text: key, is: "key" } as const, { text: colon, is: "mark" } as const]),
    ...(rest === "" ? [] : valuePieces(rest)),
  ];
}

function valuePieces(rest: string): readonly YamlPiece[] {
  const value = rest.trim();
  if (value.startsWith("#")) return [{ text: rest, is: "note" }];
  if (/^-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) return [{ text: rest, is: "number" }];
  if (/^(true|false|null|~)$/.test(value)) return [{ text: rest, is: "word" }];
  if (/^[|>][+-]?\d*$/.test(value) || value === "{}" || value === "[]" || value === "-")
    return [{ text: rest, is: "mark" }];
  return [{ text: rest, is: "text" }];
}

/** Where a word stands: line by line, whatever its case. */
export function findLines(lines: readonly string[], word: string): readonly number[] {
  if (word === "") return [];
  const wanted = word.toLowerCase();
  return lines.flatMap((line, at) => (line.toLowerCase().includes(wanted) ? [at] : []));
}
