import { messageOf, UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { withServer } from "../fleet-call.ts";

/** `heddle open [PAGE]`: a link that lets a browser in, once; with --browser it is opened as well. */
export async function run(call: CommandCall): Promise<number> {
  const [page, ...others] = call.args;
  if (others.length > 0 || (page !== undefined && !page.startsWith("/")))
    throw new UsageError(`heddle open takes a page of the console: heddle open /changes, not "${call.args.join(" ")}"`);
  return withServer(call, async ({ session: { server }, output, ports, flags, signal }) => {
    const url = new URL(await server.pageUrl(signal));
    if (page !== undefined) url.searchParams.set("next", page);
    await output.write(`${url.href}\n`);
    if (!flags.on("browser")) return 0;
    try {
      await ports.browse(url.href);
      return 0;
    } catch (error) {
      output.note(`error: no browser could be started (${messageOf(error)}): open the link by hand`);
      return 1;
    }
  });
}
