import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { greeting } from "../serve/greeting.ts";
import { showProgress } from "../serve/progress.ts";
import { watchTroubles } from "../serve/troubles.ts";

/**
 * `heddle serve`: keeps every cluster in one live graph and answers over HTTP until it is stopped, which is how it is
 * meant to end: the exit code is then 0.
 */
export async function run(call: CommandCall): Promise<number> {
  const { args, flags, ports, output, signal, fleet } = call;
  if (args.length > 0) throw new UsageError(`heddle serve takes flags only, not "${args.join(" ")}"`);
  if (fleet.server !== undefined)
    throw new UsageError("heddle serve is the server: say where it listens by --listen, not by --server");
  if (flags.has("clusters"))
    throw new UsageError(
      "heddle serve keeps every cluster that it is given: limit them by --context or in the --config file",
    );
  const { env } = ports;
  const listen = flags.text("listen") ?? (env["HEDDLE_LISTEN"] || defaultListen);
  const dataFolder = resolve(flags.text("data") ?? (env["HEDDLE_DATA"] || defaultDataFolder(env)));
  try {
    await using serving = await ports.serve({ fleet, listen, dataFolder }, signal);
    for (const warning of serving.warnings) output.note(`warning: ${warning}`);
    for (const note of serving.notes) output.note(note);
    await output.write(`Serving ${serving.source} at ${serving.address}\n`);
    await showProgress(call, serving);
    await output.write(await greeting(serving, { env, ownAddress: listen !== defaultListen }));
    await watchTroubles(call, serving);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}

const defaultListen = "127.0.0.1:7433";

/** The XDG base directory specification's place for what a program remembers. */
function defaultDataFolder(env: CommandCall["ports"]["env"]): string {
  const state = env["XDG_STATE_HOME"] || join(env["HOME"] ?? homedir(), ".local/state");
  return join(state, "heddle");
}
