import { type Document, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { nearestWord } from "../../base/index.ts";
import { placeInYaml } from "../../cluster/index.ts";
import { type Environment, expandEnvironment } from "./environment.ts";

/** Where something stands in a text, from 1. */
export type Position = Readonly<{ line: number; column: number }>;

export type KeyPath = readonly (string | number)[];

/** One thing wrong with a file: where, at which key ("" is the file itself), and what in words. Never a secret. */
export type Problem = Readonly<{ position: Position; key: string; message: string }>;

/** A YAML text as plain values, that still knows where each of them stands. */
export type ConfigDocument = Readonly<{
  /** Undefined when the text is no YAML. */
  value: unknown;
  problems: readonly Problem[];
  /** Of the key at the end of the path, or as near to it as the document goes. */
  keyPosition(path: KeyPath): Position;
  /** Of the value at the path, or as near to it as the document goes. */
  valuePosition(path: KeyPath): Position;
  /** What a person wrote at the path before variables were replaced; undefined where there is nothing. */
  written(path: KeyPath): unknown;
}>;

/** Longer texts are not shown in messages: what was pasted into the wrong place may be a token. */
export const shownCharacters = 63;

/** "clusters[0].tls_config.ca_file" */
export const keyText = (path: KeyPath): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const shown = part.length > shownCharacters ? `(a key of ${part.length} characters)` : part;
    return text === "" ? shown : `${text}.${shown}`;
  }, "");

/**
 * Reads YAML 1.2 (core schema) and replaces variables in every string value. Duplicate keys, unknown tags and endless
 * aliases are problems; messages never quote the text, for a secret may stand there.
 */
export function parseConfigDocument(text: string, env: Environment): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults = [...document.errors, ...document.warnings];
  const syntax = faults.map(({ pos: [start], code }): Problem => ({
    position: position(start),
    key: code === "DUPLICATE_KEY" ? wordAt(text, start) : "",
    message: syntaxMessages[code] ?? "not valid YAML: it cannot be read here",
  }));
  const writtenTexts = new Map<unknown, string>();
  const readable = faults.every(({ code }) => code === "DUPLICATE_KEY" || code === "TAG_RESOLVE_FAILED");
  const found = readable ? resolveScalars(document, { env, position, writtenTexts }) : [];
  const plain = readable && found.every(({ key }) => key !== "") ? toPlain(document) : {};
  return {
    value: plain.value,
    problems: [...syntax, ...found, ...(plain.problem === undefined ? [] : [plain.problem])],
    keyPosition: (path) => position(placeInYaml(document, path).keyOffset),
    valuePosition: (path) => position(placeInYaml(document, path).valueOffset),
    written(path) {
      const { node, complete } = placeInYaml(document, path);
      if (!complete || !isNode(node)) return undefined;
      return writtenTexts.get(node) ?? node.toJS(document);
    },
  };
}

type ExpandOptions = Readonly<{
  env: Environment;
  position: (offset: number) => Position;
  writtenTexts: Map<unknown, string>;
}>;

/** Replaces variables in place, remembering what was written: messages show that and never the variable's value. */
function resolveScalars(document: Document, { env, position, writtenTexts }: ExpandOptions): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const message =
        "not valid YAML: an alias (*name) of which there is no anchor (&name) above; put a value that begins with * into quotes";
      problems.push({ position: position(alias.range?.[0] ?? 0), key: "", message });
    },
    Scalar(key, scalar, ancestors) {
      if (key === "key" || typeof scalar.value !== "string") return;
      const { text, expanded, unset, malformed } = expandEnvironment(scalar.value, env);
      const place = { position: position(scalar.range?.[0] ?? 0), key: keyText(pathOf(ancestors, key)) };
      for (const name of unset) problems.push({ ...place, message: unsetMessage(name, env) });
      const hidden = place.key.includes("token");
      for (const found of malformed) problems.push({ ...place, message: malformedMessage(hidden ? "${…" : found) });
      if (expanded) writtenTexts.set(scalar, scalar.value);
      scalar.value = text;
    },
  });
  return problems;
}

function unsetMessage(name: string, env: Environment): string {
  const near = nearestWord(name, Object.keys(env));
  const hint = near === undefined ? "" : `; did you mean \${${near}}?`;
  return `the environment variable ${name} is not set${hint || "; set it, or write $${ for a plain ${"}`;
}

const malformedMessage = (found: string): string =>
  `${found.length > shownCharacters ? "${…" : found} names no environment variable; expected \${NAME} of letters, digits and "_", or $\${ for a plain \${`;

/** The keys that lead to a visited scalar. */
function pathOf(ancestors: readonly unknown[], last: unknown): KeyPath {
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    const child = ancestors[index + 1];
    if (isSeq(ancestor)) path.push(child === undefined ? Number(last) : ancestor.items.indexOf(child));
    if (typeof ancestor === "object" && ancestor !== null && "key" in ancestor && isScalar(ancestor.key))
      path.push(String(ancestor.key.value));
  }
  return path;
}

/** The plain values; refuses aliases that hold themselves or multiply without end. */
function toPlain(document: Document): Readonly<{ value?: unknown; problem?: Problem }> {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    const message = "aliases (*name) repeat too much or hold themselves; write the values out";
    return { problem: { position: { line: 1, column: 1 }, key: "", message } };
  }
}

/** The key that begins at an offset; empty when it is not a plain word. */
const wordAt = (text: string, offset: number): string => /^[\w.-]{1,63}/.exec(text.slice(offset))?.[0] ?? "";

/** What yaml's error codes mean, in words of our own: the library's quote the text, and a secret may stand there. */
const syntaxMessages: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "given twice in one map; keep one of them",
  ...Object.fromEntries(
    Object.entries({
      ALIAS_PROPS: "an alias (*name) takes no anchor or tag",
      BAD_ALIAS: "an alias (*name) is not written as one",
      BAD_COLLECTION_TYPE: "a tag (!name) that does not fit its value",
      BAD_DIRECTIVE: "a directive (%) that YAML 1.2 does not have",
      BAD_DQ_ESCAPE: 'an escape (\\) that YAML does not have; use single quotes, or write "\\\\" for one backslash',
      BAD_INDENT: "the indentation does not fit what stands above; expected the same spaces as its neighbours",
      BAD_PROP_ORDER: "an anchor or tag stands in the wrong place",
      BAD_SCALAR_START: "a value cannot begin with this character; put the value into quotes",
      BLOCK_AS_IMPLICIT_KEY: 'a second ":" in one line; put the value into quotes, or its keys on lines of their own',
      BLOCK_IN_FLOW: "a list or map by indentation inside of [ ] or { }; write it with brackets too",
      KEY_OVER_1024_CHARS: "a key of more than 1024 characters",
      MISSING_CHAR: 'something is missing here: a closing quote or bracket, a comma, or a space after ":" or "-"',
      MULTILINE_IMPLICIT_KEY: 'a key that goes over several lines; is a ":" missing above?',
      MULTIPLE_ANCHORS: "a value with two anchors",
      MULTIPLE_DOCS: "a second document (---); expected one",
      MULTIPLE_TAGS: "a value with two tags",
      NON_STRING_KEY: "a key that is not text",
      RESOURCE_EXHAUSTION: "lists or maps inside of each other without end",
      TAB_AS_INDENT: "a tab as indentation; YAML takes spaces only",
      TAG_RESOLVE_FAILED: "a tag (!name) that means nothing here",
      UNEXPECTED_TOKEN: "something that YAML does not allow here; is a quote, a bracket or the indentation wrong?",
    }).map(([code, words]) => [code, `not valid YAML: ${words}`]),
  ),
};
