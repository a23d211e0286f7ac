/** Where a text stands: the column it begins at, and the indentation of lines that continue it. */
export type Place = Readonly<{
  column: number;
  indent: number;
  /** A key has to stay on its line. */
  key: boolean;
}>;

const bestWidth = 80;

/**
 * A text as YAML, in the style and with the line breaks of Go's yaml package, which kubectl uses: plain where it can
 * be, in double quotes where a reader would take it for another type or it has control characters, in single quotes
 * where its characters would mean something, as a literal block where it has lines.
 */
export function yamlText(text: string, place: Place): string {
  const traits = traitsOf(text);
  if (!place.key && traits.lines && !traits.special && !traits.blankAtEnd && !traits.blankBeforeBreak)
    return literalBlock(text, place);
  if (traits.special || traits.lines || isOtherType(text)) return doubleQuoted(text, place);
  if (traits.indicators || traits.blankAtStart || traits.blankAtEnd) return singleQuoted(text, place);
  return fold(text, place);
}

type Traits = Readonly<{
  special: boolean;
  lines: boolean;
  blankAtStart: boolean;
  blankAtEnd: boolean;
  blankBeforeBreak: boolean;
  indicators: boolean;
}>;

// What Go's package does not print as it is: controls, NEL, LS and PS, non-characters, and everything beyond U+FFFF.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unprintable = /[^\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const traitsOf = (text: string): Traits => ({
  special: unprintable.test(text),
  lines: text.includes("\n"),
  blankAtStart: text.startsWith(" "),
  blankAtEnd: text.endsWith(" "),
  blankBeforeBreak: text.includes(" \n"),
  indicators: /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$))|:(?:\s|$)|\s#/.test(text),
});

const words = new Set(
  "y n yes no true false on off null".split(" ").flatMap((word) => {
    const title = word[0]?.toUpperCase() + word.slice(1);
    return [word, title, word.toUpperCase()];
  }),
);
for (const word of ["", "~", ".nan", ".NaN", ".NAN"]) words.add(word);
for (const sign of ["", "+", "-"]) for (const word of [".inf", ".Inf", ".INF"]) words.add(sign + word);

// Go takes a few of these for text (numbers out of range, months above 12); other readers would not.
const otherTypes = [
  /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/,
  /^[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$/,
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d\d)?))?)?$/,
];

/** True for what a reader of YAML 1.1 takes for a boolean, null, number or time. */
const isOtherType = (text: string): boolean =>
  words.has(text) || (/^[-+.\d]/.test(text) && otherTypes.some((pattern) => pattern.test(text)));

/** Breaks at single blanks inside the text once the line is longer than 80 characters. */
function fold(text: string, { column, indent, key }: Place): string {
  if (key || column + text.length <= bestWidth) return text;
  let at = column;
  let folded = "";
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? "";
    const single = char === " " && text[index - 1] !== " " && text[index + 1] !== " ";
    if (single && at > bestWidth && index > 0 && index < text.length - 1) {
      folded += `\n${" ".repeat(indent)}`;
      at = indent;
    } else {
      folded += char;
      at += 1;
    }
  }
  return folded;
}

function singleQuoted(text: string, place: Place): string {
  const inner = fold(text.replaceAll("'", "''"), { ...place, column: place.column + 1 });
  return `'${inner}'`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  "\u0000": "0",
  "\u0007": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\u001b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u00a0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

function escapeOf(char: string): string {
  const short = shortEscapes[char];
  if (short !== undefined) return `\\${short}`;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function doubleQuoted(text: string, { column, indent, key }: Place): string {
  const chars = [...text];
  let at = column + 1;
  let quoted = '"';
  for (const [index, char] of chars.entries()) {
    const inside = index > 0 && index < chars.length - 1;
    if (char === " " && !key && at > bestWidth && inside && chars[index - 1] !== " ") {
      quoted += `\n${" ".repeat(indent)}${chars[index + 1] === " " ? "\\" : ""}`;
      at = indent;
      continue;
    }
    const written = char === "\n" || char === '"' || char === "\\" || unprintable.test(char) ? escapeOf(char) : char;
    quoted += written;
    at += written.length;
  }
  return `${quoted}"`;
}

function literalBlock(text: string, { indent }: Place): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return `|${hint}${chomp}${lines.map((line) => (line === "" ? "\n" : `\n${" ".repeat(indent)}${line}`)).join("")}`;
}
