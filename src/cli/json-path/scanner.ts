import { syntaxError } from "./syntax.ts";

/** A position in a text that only moves forward. */
export type Scanner = Readonly<{
  text: string;
  position(): number;
  atEnd(): boolean;
  peek(): string;
  startsWith(prefix: string): boolean;
  skip(length: number): void;
  /** What `pattern` (sticky) matches here, after moving behind it; undefined where it does not. */
  take(pattern: RegExp): string | undefined;
  /** Everything up to `end`, after moving behind `end`. */
  takeUntil(end: string, what: string): string;
  fail(problem: string): never;
}>;

export function createScanner(text: string): Scanner {
  let position = 0;
  const fail = (problem: string): never => {
    throw syntaxError(text, position, problem);
  };
  return {
    text,
    position: () => position,
    atEnd: () => position >= text.length,
    peek: () => text[position] ?? "",
    startsWith: (prefix) => text.startsWith(prefix, position),
    skip: (length) => void (position += length),
    take(pattern) {
      pattern.lastIndex = position;
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) position += found.length;
      return found;
    },
    takeUntil(end, what) {
      const found = text.indexOf(end, position);
      if (found < 0) return fail(`${what} is not closed: expected ${end}`);
      const taken = text.slice(position, found);
      position = found + end.length;
      return taken;
    },
    fail,
  };
}
