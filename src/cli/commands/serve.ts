import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { type DemoOptions } from "../ports.ts";
import { parseDemoWorld } from "../serve/demo-world.ts";
import { consoleLink, greeting } from "../serve/greeting.ts";
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
  const demo = demoOptions(call);
  const listen = flags.text("listen") ?? (env["HEDDLE_LISTEN"] || defaultListen);
  const dataFolder = resolve(flags.text("data") ?? (env["HEDDLE_DATA"] || defaultDataFolder(env)));
  if (demo !== undefined) explainWait(demo, call);
  try {
    await using serving = await ports.serve({ fleet, listen, dataFolder, ...(demo && { demo }) }, signal);
    for (const warning of serving.warnings) output.note(`warning: ${warning}`);
    for (const note of serving.notes) output.note(note);
    const surroundings = { env, ownAddress: listen !== defaultListen };
    await output.write(`Serving ${serving.source} at ${serving.address}\n`);
    await output.write(consoleLink(serving, surroundings));
    await showProgress(call, serving);
    await output.write(await greeting(serving, surroundings));
    await watchTroubles(call, serving);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}

/** --demo with its world; --or-demo, which `npm start` gives, is a wish that any cluster outdoes. */
function demoOptions({ flags, fleet }: CommandCall): DemoOptions | undefined {
  const keepData = flags.has("data");
  if (!flags.has("demo")) return flags.on("orDemo") ? { when: "no-cluster", world: {}, keepData } : undefined;
  const world = parseDemoWorld(flags.text("demo") ?? "");
  const { configPath, kubeconfigPath, contexts } = fleet;
  if (configPath !== undefined || kubeconfigPath !== undefined || contexts.length > 0)
    throw new UsageError("--demo brings clusters of its own: leave --config, --kubeconfig and --context out");
  return { when: "always", world, keepData };
}

function explainWait({ world: { clusters = 3, pods = 60 } }: DemoOptions, { output }: CommandCall): void {
  if (clusters * pods > worldAtOnce) output.note(`making a world of ${clusters} clusters with ${pods} pods each …`);
}

/** So many simulated pods are there before anyone wonders. */
const worldAtOnce = 1_000;

const defaultListen = "127.0.0.1:7433";

/** The XDG base directory specification's place for what a program remembers. */
function defaultDataFolder(env: CommandCall["ports"]["env"]): string {
  const state = env["XDG_STATE_HOME"] || join(env["HOME"] ?? homedir(), ".local/state");
  return join(state, "heddle");
}
