import { type ContainerTarget, type ExecOptions, type ExecResult, type PodStreams } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type FleetCall, withFleet } from "../fleet-call.ts";
import { choiceWords, defaultContainer, namedContainer } from "./containers.ts";
import { findOnePod } from "./find-pods.ts";
import { rawTerminal, terminalSizes } from "./terminal.ts";

export type Session = Readonly<{
  /** The pod, or what makes pods. */
  word: string;
  start(streams: PodStreams, target: ContainerTarget, options: Omit<ExecOptions, "command">): Promise<ExecResult>;
}>;

/** Runs a command in one container of one cluster on this process's input and output; answers with its exit code. */
export async function runSession(call: CommandCall, { word, start }: Session): Promise<number> {
  return withFleet(call, async (fleet) => {
    const found = await findOnePod(fleet, word);
    if (found === undefined) return 1;
    const { cluster, object: pod } = found;
    const named = fleet.flags.text("container");
    const words = named === undefined && fleet.flags.on("quiet") === false ? choiceWords(pod) : undefined;
    if (words !== undefined) fleet.output.note(words);
    const container = named === undefined ? defaultContainer(pod) : namedContainer(pod, named);
    const target = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, container };
    const streams = await fleet.session.podStreams(cluster.id);
    const { exitCode } = await withTerminal(fleet, (options) => start(streams, target, options));
    if (exitCode !== 0) fleet.output.note(`command terminated with exit code ${exitCode}`);
    return exitCode;
  });
}

async function withTerminal<T>(
  { flags, ports, output, signal }: FleetCall,
  work: (options: Omit<ExecOptions, "command">) => Promise<T>,
): Promise<T> {
  const { stdin, stdout, stderr } = ports;
  const wanted = flags.on("tty") && flags.on("stdin");
  const tty = wanted && stdin.isTTY === true;
  if (wanted && !tty) output.note("Unable to use a TTY - input is not a terminal");
  const ended = new AbortController();
  const input = flags.on("stdin") ? { stdin } : {};
  const sizes = tty ? { sizes: terminalSizes(stdout, ended.signal) } : {};
  using _terminal = tty ? rawTerminal(ports) : undefined;
  try {
    return await work({ ...input, ...sizes, stdout, stderr, tty, signal });
  } finally {
    ended.abort();
    // A terminal or pipe that is not read any more must not keep the process alive.
    stdin.pause();
  }
}
