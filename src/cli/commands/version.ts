import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";

/** `heddle version`: Heddle's own version and that of the Node it runs on. */
export async function run({ flags, output, ports }: CommandCall): Promise<number> {
  const format = flags.text("output");
  const versions = { heddle: ports.version, node: process.versions.node };
  if (format === "json") await output.write(`${JSON.stringify(versions, undefined, 4)}\n`);
  else if (format === undefined) await output.write(`heddle ${versions.heddle} (Node ${versions.node})\n`);
  else throw new UsageError(`-o ${format}: expected json or nothing`);
  return 0;
}
