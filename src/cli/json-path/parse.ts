import { createScanner, type Scanner } from "./scanner.ts";
import { type Operator, type Part, type Path, type Step, type Template } from "./syntax.ts";

/** Parses a kubectl template: text with paths in braces. Fails with a UsageError that names the column. */
export function parseTemplate(text: string): Template {
  const scanner = createScanner(text);
  const parts = parseParts(scanner, false);
  return scanner.atEnd() ? parts : scanner.fail("{end} without a {range}");
}

/**
 * Parses one path as kubectl takes it for columns and --sort-by: "{.a.b}", ".a.b" or "a.b".
 * Fails with a UsageError that names the column.
 */
export function parsePath(text: string): Path {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1] ?? text;
  const scanner = createScanner(/^[.[@$]/.test(inner) ? inner : `.${inner}`);
  const path = parseSteps(scanner);
  return scanner.atEnd() ? path : scanner.fail(`unexpected "${scanner.peek()}"`);
}

function parseParts(scanner: Scanner, inRange: boolean): readonly Part[] {
  const parts: Part[] = [];
  while (!scanner.atEnd()) {
    const text = scanner.take(/[^{]+/y);
    if (text !== undefined) parts.push({ do: "text", text });
    if (scanner.atEnd()) break;
    if (scanner.take(/\{\s*end\s*\}/y) !== undefined) {
      if (inRange) return parts;
      return scanner.fail("{end} without a {range}");
    }
    parts.push(parseAction(scanner));
  }
  return parts;
}

function parseAction(scanner: Scanner): Part {
  scanner.skip(1);
  const isRange = scanner.take(/\s*range\b/y) !== undefined;
  const path = parseSteps(scanner);
  if (scanner.peek() !== "}") return scanner.fail(scanner.atEnd() ? "expected }" : `unexpected "${scanner.peek()}"`);
  scanner.skip(1);
  return isRange ? { do: "range", path, body: parseParts(scanner, true) } : { do: "path", path };
}

/** Steps up to a closing brace or the end. Blanks, @ and $ stand for the current value. */
function parseSteps(scanner: Scanner): Path {
  const steps: Step[] = [];
  for (;;) {
    scanner.take(/[ \t@$]+/y);
    if (scanner.atEnd() || scanner.peek() === "}") return steps;
    const step = parseStep(scanner);
    if (step.do === "descend" && steps.at(-1)?.do === "descend") return scanner.fail("two .. in a row");
    steps.push(step);
    const field = step.do === "descend" ? takeField(scanner) : undefined;
    if (field !== undefined) steps.push(field);
  }
}

function parseStep(scanner: Scanner): Step {
  if (scanner.startsWith("[?(")) return parseFilter(scanner);
  if (scanner.startsWith("..")) {
    scanner.skip(2);
    return { do: "descend" };
  }
  const next = scanner.peek();
  if (next === "[") return parseBrackets(scanner);
  if (next === '"' || next === "'") return { do: "literal", value: parseQuoted(scanner) };
  if (next === ".") {
    scanner.skip(1);
    return takeField(scanner) ?? { do: "field", name: "" };
  }
  return parseLiteral(scanner);
}

/** A name up to a blank, bracket, brace, comma, dot, $ or @; a backslash keeps the next character in it. */
function takeField(scanner: Scanner): Step | undefined {
  const name = scanner.take(/(?:\\.|[^\\\s.,[\]$@{}])+/y);
  if (name === undefined) return undefined;
  return name === "*" ? { do: "wildcard" } : { do: "field", name: name.replaceAll("\\", "") };
}

function parseLiteral(scanner: Scanner): Step {
  const number = scanner.take(/[+-]?\d+(?:\.\d+)?/y);
  if (number !== undefined) return { do: "literal", value: Number(number) };
  const word = scanner.take(/[\p{L}_][^\s.,[\]$@{}]*/uy);
  if (word === "true" || word === "false") return { do: "literal", value: word === "true" };
  if (word === "range" || word === "end") return scanner.fail(`{${word}} has to stand alone in its braces`);
  return scanner.fail(
    word === undefined ? `unexpected "${scanner.peek()}"` : `"${word}" is no path: expected .${word}`,
  );
}

function parseQuoted(scanner: Scanner): string {
  const quoted = scanner.take(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy);
  return quoted === undefined ? scanner.fail("a quote is not closed") : unquote(quoted);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", f: "\f", v: "\v" };

const unquote = (quoted: string): string =>
  quoted
    .slice(1, -1)
    .replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/gs, (_, escaped: string) =>
      escaped.length > 1 ? String.fromCodePoint(Number.parseInt(escaped.slice(1), 16)) : (escapes[escaped] ?? escaped),
    );

/** [0], [-1], [1:3], [::2], [*], ['a.b'], [0,2], ['a','b'] */
function parseBrackets(scanner: Scanner): Step {
  scanner.skip(1);
  const steps = [parseBracketItem(scanner)];
  while (scanner.take(/\s*,\s*/y) !== undefined) steps.push(parseBracketItem(scanner));
  if (scanner.take(/\s*\]/y) === undefined) return scanner.fail("expected ]");
  const [only] = steps;
  return only !== undefined && steps.length === 1 ? only : { do: "union", paths: steps.map((step) => [step]) };
}

function parseBracketItem(scanner: Scanner): Step {
  scanner.take(/\s+/y);
  if (scanner.peek() === "'" || scanner.peek() === '"') return keyOf(parseQuoted(scanner));
  if (scanner.take(/\*/y) !== undefined) return { do: "wildcard" };
  const text = scanner.take(/-?\d*(?::-?\d*){0,2}/y) ?? "";
  if (text === "" || text === "-") return scanner.fail("expected an index, a slice, * or a quoted key");
  if (!text.includes(":")) return { do: "index", index: Number(text) };
  const [from, to, by] = text.split(":").map((part) => (part === "" ? undefined : Number(part)));
  return { do: "slice", from, to, by };
}

function keyOf(name: string): Step {
  const parts = name.split(".");
  const isPath = parts.length > 1 && parts.every((part) => part !== "");
  return isPath ? { do: "key", name, path: parts.map((part) => ({ do: "field", name: part })) } : { do: "field", name };
}

const operators: ReadonlySet<string> = new Set<Operator>(["==", "!=", "<", "<=", ">", ">="]);
const isOperator = (text: string): text is Operator => operators.has(text);

function parseFilter(scanner: Scanner): Step {
  scanner.skip(3);
  const left = parseOperand(scanner);
  const operator = scanner.take(/[!<>=]+/y);
  if (operator === undefined) {
    closeFilter(scanner);
    return { do: "filter", left, operator: "exists", right: [] };
  }
  if (!isOperator(operator)) return scanner.fail(`unknown operator ${operator}: expected ${[...operators].join(", ")}`);
  const right = parseOperand(scanner);
  closeFilter(scanner);
  return { do: "filter", left, operator, right };
}

function closeFilter(scanner: Scanner): void {
  if (scanner.take(/\s*\)\s*\]/y) === undefined) scanner.fail("a filter is not closed: expected )]");
}

/** One side of a comparison: steps up to an operator or the closing parenthesis. */
function parseOperand(scanner: Scanner): Path {
  const quoted = scanner.take(/\s*(?=["'])/y);
  if (quoted !== undefined) {
    const value = parseQuoted(scanner);
    scanner.take(/\s+/y);
    return [{ do: "literal", value }];
  }
  const text = scanner.take(/(?:\\.|\[[^\]]*\]|[^\\!<>=)[\]])+/sy) ?? scanner.fail("expected a path or a value");
  const inner = createScanner(text);
  const path = parseSteps(inner);
  return inner.atEnd() ? path : scanner.fail(`unexpected "${inner.peek()}"`);
}
