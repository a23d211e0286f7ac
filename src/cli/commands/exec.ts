import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { runSession } from "../pods/session.ts";

/** `heddle exec POD -- command`: runs a command in a container; ends with the command's exit code. */
export async function run(call: CommandCall): Promise<number> {
  const { args, argsBeforeDashes } = call;
  const [word, ...extra] = args.slice(0, argsBeforeDashes ?? 1);
  const command = args.slice(argsBeforeDashes ?? 1);
  if (word === undefined) throw new UsageError("heddle exec takes a pod and a command: heddle exec web-1 -- ls");
  if (extra.length > 0) throw new UsageError(`heddle exec takes one pod before "--", not ${extra.length + 1}`);
  if (command.length === 0 || argsBeforeDashes === undefined)
    throw new UsageError(`put the command behind "--": heddle exec ${word} -- ${command.join(" ") || "ls"}`);
  return runSession(call, { word, command });
}
