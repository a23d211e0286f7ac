/** One command of a `console` block in the docs, with what the docs show of its output. */
export type Example = Readonly<{
  file: string;
  line: number;
  command: readonly string[];
  input: string;
  shown: readonly string[];
  exitCode: number;
}>;

/**
 * The commands of a page: in each ```console block a line "$ …" is a command, the lines up to the next are its output.
 * "# exit 1" behind a command says that it is meant to end so; a trailing "…" in the output says that more follows.
 */
export function examplesOf(file: string, page: string): readonly Example[] {
  const examples: {
    file: string;
    line: number;
    command: readonly string[];
    input: string;
    shown: string[];
    exitCode: number;
  }[] = [];
  let inside = false;
  for (const [index, text] of page.split("\n").entries()) {
    if (text.startsWith("```")) inside = text === "```console";
    else if (inside && text.startsWith("$ "))
      examples.push({ file, line: index + 1, shown: [], ...parseCommand(text.slice(2)) });
    else if (inside) examples.at(-1)?.shown.push(text);
  }
  return examples;
}

function parseCommand(text: string): Pick<Example, "command" | "input" | "exitCode"> {
  const exit = /\s+# exit (\d+)$/.exec(text);
  const bare = exit === null ? text : text.slice(0, exit.index);
  return { command: splitWords(bare), input: bare, exitCode: Number(exit?.[1] ?? 0) };
}

/** Words as a shell splits them: quotes hold spaces; pipes and redirections are not for examples. */
export function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"),
  );
}

/** The column titles of a shown or printed table: its first line's words. */
export const titlesOf = (lines: readonly string[]): readonly string[] =>
  (lines[0] ?? "").split(/\s{2,}/).map((word) => word.trim());
