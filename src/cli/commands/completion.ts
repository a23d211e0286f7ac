import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { scripts, shells } from "../complete/scripts.ts";

/** `heddle completion bash`: a script that teaches a shell to complete heddle's words. */
export async function run({ args, output }: CommandCall): Promise<number> {
  const shell = shells.find((known) => known === args[0]);
  if (shell === undefined || args.length > 1)
    throw new UsageError(`heddle completion takes one of ${shells.join(", ")}, not "${args.join(" ")}"`);
  await output.write(scripts[shell]);
  return 0;
}
