import { resolve } from "node:path";
import { UsageError } from "../../base/index.ts";
import { type JsonObject, listAt, parseClusterId, stringAt } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { withServer } from "../fleet-call.ts";
import { type Flags } from "../flags.ts";

/** `heddle clusters add ID`: the running server takes a cluster in. */
export async function addCluster(call: CommandCall): Promise<number> {
  const entry = entryOf(oneId(call, "add"), call.flags);
  return withServer(served(call), async ({ session, output, signal }) => {
    const added = await session.server.addCluster(entry, signal);
    const server = stringAt(added, "server");
    await output.write(`cluster/${entry["id"]} added${server ? ` (${server})` : ""}\n`);
    for (const note of textsIn(added, "notes")) output.note(note);
    return 0;
  });
}

/** `heddle clusters remove ID`: the running server forgets a cluster. The cluster itself is left as it is. */
export async function removeCluster(call: CommandCall): Promise<number> {
  const id = oneId(call, "remove");
  return withServer(served(call), async ({ session, output, signal }) => {
    const removed = await session.server.removeCluster(id, signal);
    await output.write(`cluster/${id} removed\n`);
    for (const note of textsIn(removed, "notes")) output.note(note);
    return 0;
  });
}

const textsIn = (answer: JsonObject, key: string): readonly string[] =>
  listAt(answer, key).filter((text) => typeof text === "string");

function oneId({ args }: CommandCall, action: string): string {
  const [, id, ...others] = args;
  if (id === undefined || others.length > 0)
    throw new UsageError(`heddle clusters ${action} takes one id: heddle clusters ${action} prod`);
  return parseClusterId(id);
}

/** --kubeconfig and --context are the new cluster's here: which server is asked, they do not say. */
function served(call: CommandCall): CommandCall {
  const { kubeconfigPath: _kubeconfig, configPath: _config, ...fleet } = call.fleet;
  return { ...call, fleet: { ...fleet, contexts: [] } };
}

/** An entry of the configuration file, with its keys. The server reads the files: paths are made absolute. */
function entryOf(id: string, flags: Flags): JsonObject {
  const contexts = flags.list("context");
  if (contexts.length > 1) throw new UsageError("a cluster is one context: give one --context");
  const path = (flag: string): string | undefined => {
    const given = flags.text(flag);
    return given === undefined ? undefined : resolve(given);
  };
  const tokenFile = path("tokenFile");
  const server = flags.text("apiServer");
  const kubeconfig = path("kubeconfig");
  const named = { name: flags.text("name"), environment: flags.text("environment"), region: flags.text("region") };
  const both = (kubeconfig !== undefined || contexts.length > 0) && (server !== undefined || tokenFile !== undefined);
  const ways = `give --kubeconfig FILE (and --context NAME), or --api-server URL with --token-file FILE`;
  if (both) throw new UsageError(`two ways into one cluster: ${ways}`);
  if (kubeconfig !== undefined)
    return compact({
      id,
      ...named,
      auth_method: "kubeconfig",
      kubeconfig_path: kubeconfig,
      kubeconfig_context: contexts[0],
    });
  if (server === undefined || tokenFile === undefined) throw new UsageError(`no way into the cluster: ${ways}`);
  const ca = path("caFile");
  return compact({
    id,
    ...named,
    auth_method: "token",
    api_server_url: server,
    service_account_token_file: tokenFile,
    tls_config: ca === undefined ? undefined : { ca_file: ca },
  });
}

const compact = (entry: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
