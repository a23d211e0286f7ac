import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { type CliPorts } from "../ports.ts";

/** What `heddle version` and `heddle --version` say to people. */
export const versionWords = ({ version }: Pick<CliPorts, "version">): string =>
  `heddle ${version} (Node ${process.versions.node})`;

/** `heddle version`: Heddle's own version and that of the Node it runs on. */
export async function run({ flags, output, ports }: CommandCall): Promise<number> {
  const format = flags.text("output");
  const versions = { heddle: ports.version, node: process.versions.node };
  if (format === "json") await output.write(`${JSON.stringify(versions, undefined, 4)}\n`);
  else if (format === undefined) await output.write(`${versionWords(ports)}\n`);
  else throw new UsageError(`-o ${format}: expected json or nothing`);
  return 0;
}
