import { type Flags } from "./flags.ts";
import { type Output } from "./output/output.ts";
import { type CliPorts, type FleetOptions } from "./ports.ts";

/** One flag as the parser and the completion know it. */
export type FlagSpec = Readonly<{
  /** "-l, --selector <query>"; a flag without <…> takes no value. */
  syntax: string;
  description: string;
  /** May be given several times. */
  repeated?: boolean;
  hidden?: boolean;
}>;

/** "--namespace" of "-n, --namespace <name>". */
export const longOf = (syntax: string): string => /--[a-z-]+/.exec(syntax)?.[0] ?? syntax;

/** One command: what can be known without loading what it does. */
export type CommandSpec = Readonly<{
  name: string;
  /** "[kinds...]" */
  args: string;
  summary: string;
  /** Examples, shown below the flags. */
  help?: string;
  flags: readonly FlagSpec[];
  hidden?: boolean;
  /** Global flags that mean nothing to it: taken, as by every command, and not listed by its help. */
  strangers?: readonly string[];
  load(): Promise<Readonly<{ run: (call: CommandCall) => Promise<number> }>>;
}>;

/** Everything a command gets; it answers with its exit code: 0, or 1 when something could not be had. */
export type CommandCall = Readonly<{
  args: readonly string[];
  /** How many of `args` stand before "--"; undefined when there was none. */
  argsBeforeDashes: number | undefined;
  flags: Flags;
  fleet: FleetOptions;
  ports: CliPorts;
  output: Output;
  signal: AbortSignal;
  /** All commands, for completion. */
  commands: readonly CommandSpec[];
}>;
