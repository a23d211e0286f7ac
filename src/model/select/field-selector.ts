import { selectorError } from "./label-syntax.ts";

/** One condition on one field: equal, or not. A field that is not there counts as "". */
export type FieldTerm = Readonly<{ field: string; negated: boolean; value: string }>;

/** All must hold; none holds for everything. */
export type FieldSelector = readonly FieldTerm[];

/**
 * Kubernetes' grammar of `fieldSelector`: terms by comma, each field, then `=`, `==` or `!=`, then the value, in which
 * `\` escapes `\`, `,` and `=`. Fails with HEDDLE_SELECTOR_INVALID in the words of the API server.
 */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .filter((term) => term !== "")
    .toSorted(byCodeUnit)
    .map((term) => {
      const found = splitTerm(term);
      if (found === undefined) throw selectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      return { ...found, value: unescape(found.value) };
    })
    .filter(({ field, value }) => field !== "" || value !== "");
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === ",") {
      terms.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...terms, text.slice(from)];
}

function splitTerm(term: string): FieldTerm | undefined {
  const found = /!=|==?/.exec(term);
  if (found === null) return undefined;
  const [operator] = found;
  return {
    field: term.slice(0, found.index),
    negated: operator === "!=",
    value: term.slice(found.index + operator.length),
  };
}

function unescape(value: string): string {
  let plain = "";
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? "";
    if (char === "\\") {
      const next = value[++at] ?? "";
      if (next === "" || !"\\,=".includes(next))
        throw selectorError(`invalid field selector: invalid escape sequence: \\${next}`);
      plain += next;
    } else if (char === "," || char === "=")
      throw selectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    else plain += char;
  }
  return plain;
}
