import { type Flags } from "./flags.ts";
import { parseDuration } from "./format/duration.ts";
import { type FleetOptions } from "./ports.ts";

/** The global flags that say which clusters, and how to reach them. */
export function fleetOptions(flags: Flags): FleetOptions {
  const configPath = flags.text("config");
  const kubeconfigPath = flags.text("kubeconfig");
  const server = flags.text("server");
  const timeout = flags.text("requestTimeout");
  return {
    ...(configPath === undefined ? {} : { configPath }),
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    ...(server === undefined ? {} : { server }),
    ...(timeout === undefined ? {} : { requestTimeoutMs: parseDuration(timeout, "--request-timeout") }),
    contexts: flags.list("context"),
    verbose: flags.on("verbose"),
  };
}
