import { UsageError } from "../../base/index.ts";
import { toYaml } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { withServer } from "../fleet-call.ts";
import { statusText } from "../serve/status-text.ts";

const formats = ["table", "json", "yaml"];

/** `heddle status`: how the running server is, and what it keeps of each cluster. */
export async function run(call: CommandCall): Promise<number> {
  if (call.args.length > 0) throw new UsageError(`heddle status takes flags only, not "${call.args.join(" ")}"`);
  const format = call.flags.text("output") ?? "table";
  if (!formats.includes(format)) throw new UsageError(`-o ${format}: expected one of ${formats.join(", ")}`);
  return withServer(call, async ({ session: { server }, output, ports, signal }) => {
    const status = await server.status(signal);
    if (format === "json") await output.write(`${JSON.stringify(status, undefined, 4)}\n`);
    else if (format === "yaml") await output.write(toYaml(status));
    else
      await output.write(
        statusText(status, { address: server.address, nowMs: ports.clock.nowMs(), colour: output.colour }),
      );
    return 0;
  });
}
