import { type CommandSpec, type FlagSpec, longOf } from "../command.ts";

/** A command line up to the cursor, read as far as it goes. */
export type PartialLine = Readonly<{
  /** The command, once its word is complete. */
  command: CommandSpec | undefined;
  /** Words that are neither flags nor their values, the command left out; what is being typed is not among them. */
  args: readonly string[];
  /** Values of flags by long name, in the order given; true for flags without a value. */
  flags: Readonly<Record<string, readonly (string | true)[]>>;
  /** What is being typed: a word, or the value of a flag. */
  typing: Readonly<{ kind: "word"; text: string } | { kind: "value"; flag: FlagSpec; text: string; before: string }>;
  /** True behind "--", where the words belong to the container, and behind a word that is no command. */
  beyond: boolean;
}>;

/** The long name in camel case, as the parser gives it: "--all-namespaces" is "allNamespaces". */
export const flagName = ({ syntax }: FlagSpec): string =>
  longOf(syntax)
    .slice(2)
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const takesValue = ({ syntax }: FlagSpec): boolean => syntax.includes("<");

/** Reads the words before the cursor; the last one, which may be empty, is being typed. */
export function readPartialLine(
  words: readonly string[],
  commands: readonly CommandSpec[],
  globalFlags: readonly FlagSpec[],
): PartialLine {
  const reader = createReader(commands, globalFlags);
  for (const word of words.slice(0, -1)) reader.take(word);
  return reader.finish(words.at(-1) ?? "");
}

function createReader(commands: readonly CommandSpec[], globalFlags: readonly FlagSpec[]) {
  let command: CommandSpec | undefined;
  let awaiting: FlagSpec | undefined;
  let afterDashes = false;
  let lost = false;
  const args: string[] = [];
  const flags: Record<string, (string | true)[]> = {};

  const known = (): readonly FlagSpec[] => [...(command?.flags ?? []), ...globalFlags];
  const findFlag = (word: string): FlagSpec | undefined =>
    known().find(({ syntax }) => syntax.split(/[ ,]+/).includes(word));
  const set = (flag: FlagSpec, value: string | true): void => void (flags[flagName(flag)] ??= []).push(value);
  const takeFlag = (word: string): void => {
    const equals = word.indexOf("=");
    const flag = findFlag(equals < 0 ? word : word.slice(0, equals));
    if (flag === undefined) return;
    if (equals >= 0) set(flag, word.slice(equals + 1));
    else if (takesValue(flag)) awaiting = flag;
    else set(flag, true);
  };
  const takeWord = (word: string): void => {
    if (command !== undefined) args.push(word);
    else command = commands.find(({ name }) => name === word);
    lost = command === undefined;
  };
  return {
    take(word: string) {
      if (awaiting !== undefined) {
        set(awaiting, word);
        awaiting = undefined;
      } else if (!afterDashes && word === "--") afterDashes = true;
      else if (!afterDashes && word.startsWith("-")) takeFlag(word);
      else takeWord(word);
    },
    finish(text: string): PartialLine {
      const equals = text.startsWith("--") ? text.indexOf("=") : -1;
      const flag = awaiting ?? (equals > 0 && !afterDashes ? findFlag(text.slice(0, equals)) : undefined);
      const before = awaiting === undefined && flag !== undefined ? text.slice(0, equals + 1) : "";
      const typing =
        flag === undefined
          ? ({ kind: "word", text } as const)
          : ({ kind: "value", flag, text: text.slice(before.length), before } as const);
      return { command, args, flags, typing, beyond: afterDashes || lost };
    },
  };
}
