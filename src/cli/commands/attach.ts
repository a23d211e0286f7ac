import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { runSession } from "../pods/session.ts";

/** `heddle attach POD`: joins a container's main process; ends with its exit code. */
export async function run(call: CommandCall): Promise<number> {
  const [word, ...extra] = call.args;
  if (word === undefined || extra.length > 0) throw new UsageError("heddle attach takes one pod: heddle attach web-1");
  if (call.flags.on("stdin") && !call.flags.on("quiet"))
    call.output.note("If you don't see a command prompt, try pressing enter.");
  return runSession(call, { word });
}
