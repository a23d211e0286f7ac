import { type ContainerTarget, type ExecOptions, type PodStreams } from "../../model/index.ts";
import { type CliInput, type CliOutput } from "../ports.ts";
import { enterRawMode } from "./raw-mode.ts";
import { redrawingSizes, terminalSizes } from "./sizes.ts";

/** Where a session runs and what it is typed on and shown on: process.stdin and its like. */
export type TerminalDeps = Readonly<{
  streams: Pick<PodStreams, "exec" | "attach">;
  stdin: CliInput;
  stdout: CliOutput;
  stderr: CliOutput;
}>;

export type RunInTerminalOptions = Readonly<{
  /** What to run; undefined joins the container's main process instead. */
  command?: readonly string[];
  /** -i */
  stdin?: boolean;
  /** -t: means something only together with `stdin`. */
  tty?: boolean;
  /** -q: says nothing of its own. */
  quiet?: boolean;
  /** When joining: whether the container has a terminal, which nobody can change any more. */
  containerTty?: boolean | undefined;
  signal?: AbortSignal;
}>;

/**
 * Runs a command in a container, or joins its main process, as `kubectl exec` and `attach` do with -i and -t, and
 * answers with the exit code. The terminal is raw only meanwhile, and as before whatever the end.
 *
 * A terminal that was asked for and cannot be had is refused on stderr in kubectl's words, and the session goes on
 * without. Rejects as the streams do.
 */
export async function runInTerminal(
  deps: TerminalDeps,
  target: ContainerTarget,
  options: RunInTerminalOptions,
): Promise<number> {
  const { streams, stdin, stdout, stderr } = deps;
  const { command, signal } = options;
  const tty = hasTerminal(deps, target, options);
  const over = new AbortController();
  const session: Omit<ExecOptions, "command"> = {
    ...(options.stdin && { stdin }),
    stdout,
    // With a terminal stderr comes on stdout.
    ...(!tty && { stderr }),
    ...(tty && { tty, sizes: sizesFor(stdout, { joining: command === undefined, signal: over.signal }) }),
    ...(signal && { signal }),
  };
  using _raw = tty ? enterRawMode(stdin) : undefined;
  try {
    const { exitCode } = await (command === undefined
      ? streams.attach(target, session)
      : streams.exec(target, { ...session, command }));
    return exitCode;
  } finally {
    over.abort();
    // A terminal or pipe that nobody reads any more must not keep the process alive.
    if (options.stdin) stdin.pause();
  }
}

function hasTerminal(
  { stdin, stderr }: TerminalDeps,
  { container = "" }: ContainerTarget,
  { command, containerTty, ...options }: RunInTerminalOptions,
): boolean {
  const refuse = (words: string): boolean => {
    if (!options.quiet) stderr.write(`${words}\n`);
    return false;
  };
  const joining = command === undefined;
  if (joining && options.tty && containerTty === false)
    return refuse(`error: Unable to use a TTY - container ${container} did not allocate one`);
  const wanted = options.tty || (joining && containerTty === true);
  if (!wanted || !options.stdin) return false;
  if (stdin.isTTY !== true) return refuse("Unable to use a TTY - input is not a terminal or the right kind of file");
  return true;
}

function sizesFor(
  stdout: CliOutput,
  { joining, signal }: Readonly<{ joining: boolean; signal: AbortSignal }>,
): ReturnType<typeof terminalSizes> {
  const sizes = terminalSizes(stdout, signal);
  return joining ? redrawingSizes(sizes) : sizes;
}
