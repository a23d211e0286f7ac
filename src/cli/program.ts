import { Command, CommanderError, Option } from "commander";
import { isAbort, isHeddleError, messageOf, systemCodeOf, UsageError } from "../base/index.ts";
import { versionWords } from "./commands/version.ts";
import { type CommandCall, type CommandSpec, type FlagSpec, longOf } from "./command.ts";
import { wordsOf } from "./failure.ts";
import { fleetOptions } from "./fleet-options.ts";
import { createFlags } from "./flags.ts";
import { createOutput, type Output } from "./output/output.ts";
import { type CliPorts } from "./ports.ts";
import { globalFlags } from "./global-flags.ts";

export type Program = Readonly<{
  /**
   * Runs one command line (without "node" and the script) and answers with the exit code: 0; 1 when something could
   * not be had; 2 for a mistake of the person; 130 when `signal` aborted. Never throws and never ends the process.
   */
  run(argv: readonly string[], signal?: AbortSignal): Promise<number>;
}>;

/** The `heddle` command line with these commands on the given ports. A closed pipe (`| head`) ends it quietly with 0. */
export function createProgram(ports: CliPorts, specs: readonly CommandSpec[]): Program {
  return {
    async run(argv, signal = new AbortController().signal) {
      const output = createOutput(ports);
      const closed = new AbortController();
      // Never taken off again: a pipe may be found closed after the last write.
      for (const stream of [ports.stdout, ports.stderr]) stream.on("error", (error: Error) => closed.abort(error));
      try {
        return await runCommandLine(argv, { ports, specs, output, signal: AbortSignal.any([signal, closed.signal]) });
      } catch (error) {
        if (isPipeClosed(error) || isPipeClosed(closed.signal.reason)) return 0;
        return explainExit(error, output, signal);
      } finally {
        output.progress("");
      }
    },
  };
}

type Surroundings = Readonly<{
  ports: CliPorts;
  specs: readonly CommandSpec[];
  output: Output;
  signal: AbortSignal;
}>;

async function runCommandLine(argv: readonly string[], { specs, ...surroundings }: Surroundings): Promise<number> {
  const args = likePflag(argv, specs);
  const dashes = args.indexOf("--");
  let chosen: { spec: CommandSpec; command: Command } | undefined;
  const root = createRoot({ ...surroundings, specs }, (spec, command) => (chosen = { spec, command }));
  await root.parseAsync([...args], { from: "user" });
  if (chosen === undefined) return 0;
  const { spec, command } = chosen;
  const flags = createFlags({ ...root.opts(), ...command.opts() });
  const call: CommandCall = {
    args: command.args,
    argsBeforeDashes: dashes < 0 ? undefined : command.args.length - (args.length - dashes - 1),
    flags,
    fleet: fleetOptions(flags),
    commands: specs,
    ...surroundings,
  };
  const { run } = await spec.load();
  return run(call);
}

/** Forms that kubectl's users know and commander does not: "-o=json", "--watch=true", "--watch=false". */
function likePflag(argv: readonly string[], specs: readonly CommandSpec[]): readonly string[] {
  const dashes = argv.indexOf("--");
  const flags = [...globalFlags, ...specs.flatMap((spec) => spec.flags)];
  const switches = new Set(flags.filter(({ syntax }) => !syntax.includes("<")).map(({ syntax }) => longOf(syntax)));
  return argv.flatMap((arg, index) => {
    if (dashes >= 0 && index >= dashes) return [arg];
    if (/^-[a-zA-Z]=/.test(arg)) return [arg.slice(0, 2) + arg.slice(3)];
    const [, name = "", value] = /^(--[a-z-]+)=(true|false)$/.exec(arg) ?? [];
    if (!switches.has(name)) return [arg];
    return value === "true" ? [name] : [];
  });
}

type Chosen = (spec: CommandSpec, command: Command) => void;

function createRoot({ ports, specs }: Pick<Surroundings, "ports" | "specs">, onChosen: Chosen): Command {
  const root = new Command("heddle")
    .description("One control plane for many Kubernetes clusters and the networks between them")
    .enablePositionalOptions()
    .showHelpAfterError("(heddle --help tells more)")
    .configureOutput({
      writeOut: (text) => void ports.stdout.write(text),
      writeErr: (text) => void ports.stderr.write(text),
      getOutHelpWidth: () => ports.stdout.columns ?? 100,
      getErrHelpWidth: () => ports.stderr.columns ?? 100,
    })
    .exitOverride();
  root.version(versionWords(ports), "--version", "print Heddle's version");
  root.optionsGroup("Global flags:");
  for (const flag of globalFlags) root.addOption(createOption(flag));
  for (const spec of specs) {
    const command = root
      .command(spec.name, { hidden: spec.hidden ?? false })
      .description(spec.summary)
      .showHelpAfterError(`(heddle ${spec.name} --help tells more)`)
      .action(() => onChosen(spec, command));
    if (spec.args !== "") command.arguments(spec.args);
    if (spec.help !== undefined) command.addHelpText("after", `\n${spec.help}`);
    command.optionsGroup("Flags:");
    for (const flag of spec.flags) command.addOption(createOption(flag));
    command.optionsGroup("Global flags:");
    for (const flag of globalFlags)
      command.addOption(createOption({ ...flag, hidden: spec.strangers?.includes(longOf(flag.syntax)) ?? false }));
  }
  return root;
}

function createOption({ syntax, description, repeated, hidden }: FlagSpec): Option {
  const option = new Option(syntax, description);
  if (repeated) option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  // commander reads "--no-x" as the opposite of "--x": here it is a flag of its own.
  option.negate = false;
  return option.hideHelp(hidden ?? false);
}

const isPipeClosed = (error: unknown): boolean =>
  systemCodeOf(error) === "EPIPE" || systemCodeOf(error) === "ERR_STREAM_DESTROYED";

function explainExit(error: unknown, output: Output, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (signal.aborted && (isAbort(error, signal) || error === signal.reason)) return 130;
  output.note(isHeddleError(error) ? wordsOf(error) : `error: ${messageOf(error)}`);
  return error instanceof UsageError ? 2 : 1;
}
