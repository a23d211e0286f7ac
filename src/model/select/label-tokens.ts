/** A word of a label selector: its kind and the characters. "end" is behind the last one. */
export type Token = Readonly<{ kind: "word" | "symbol" | "end"; text: string }>;

const symbols = new Set(["=", "==", "!=", "!", "(", ")", ",", ">", "<"]);
const symbolCharacters = "=!(),><";
const spaces = " \t\r\n";

/** Kubernetes' own lexer: symbols are as long as they can be, everything else between symbols and spaces is a word. */
export function labelTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (spaces.includes(char)) at += 1;
    else if (symbolCharacters.includes(char)) {
      const two = text.slice(at, at + 2);
      const symbol = symbols.has(two) ? two : char;
      tokens.push({ kind: "symbol", text: symbol });
      at += symbol.length;
    } else {
      const from = at;
      while (at < text.length && !`${symbolCharacters}${spaces}`.includes(text[at] ?? "")) at += 1;
      tokens.push({ kind: "word", text: text.slice(from, at) });
    }
  }
  return [...tokens, { kind: "end", text: "" }];
}
