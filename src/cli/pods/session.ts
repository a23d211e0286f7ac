import { defaultContainer, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { withFleet } from "../fleet-call.ts";
import { choiceWords, namedContainer } from "./containers.ts";
import { findOnePod } from "./find-pods.ts";
import { runInTerminal } from "../terminal/run-in-terminal.ts";

export type Session = Readonly<{
  /** The pod, or what makes pods. */
  word: string;
  /** Undefined: the container's main process is joined. */
  command?: readonly string[];
}>;

/** Runs a command in one container of one cluster on this process's input and output; answers with its exit code. */
export async function runSession(call: CommandCall, { word, command }: Session): Promise<number> {
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
    const { flags, signal } = fleet;
    const { stdin, stdout, stderr } = fleet.ports;
    const exitCode = await runInTerminal({ streams, stdin, stdout, stderr }, target, {
      ...(command && { command }),
      stdin: flags.on("stdin"),
      tty: flags.on("tty"),
      quiet: flags.on("quiet"),
      containerTty: hasTerminal(pod, container),
      signal,
    });
    if (exitCode !== 0) fleet.output.note(`command terminated with exit code ${exitCode}`);
    return exitCode;
  });
}

/** Whether the container was made with a terminal. */
function hasTerminal({ spec }: KubeObject, name: string | undefined): boolean {
  const containers = ["containers", "initContainers", "ephemeralContainers"].flatMap((list) => listAt(spec, list));
  return objectAt(containers.find((entry) => stringAt(entry, "name") === name))["tty"] === true;
}
