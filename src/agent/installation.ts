import { messageOf } from "../base/index.ts";
import { type JsonObject } from "../model/index.ts";
import { type Pool } from "./addresses/model.ts";
import { planPools } from "./addresses/pool.ts";
import { type NetworkConfig } from "./cni/model.ts";
import { applyInstall, observeFolders } from "./install/apply.ts";
import { cniVersionOf, defaultNetwork, renderConflist } from "./install/conflist.ts";
import { fileDigest } from "./install/digest.ts";
import { type Desired } from "./install/model.ts";
import { explainStep, planInstall } from "./install/plan.ts";
import { networkConfigOf } from "./network-file.ts";
import { type NodeWatch } from "./node/model.ts";
import { type AgentOptions, type AgentParts } from "./parts.ts";

/** What of an agent tells which network the node has, and where its plugin belongs. */
export type InstallationParts = Pick<AgentParts, "log" | "node" | "options" | "base" | "queuePath">;

/** Installs what is not there or different. Answers what was done, in words. */
export async function install(desired: Desired): Promise<readonly string[]> {
  const steps = planInstall(desired, await observeFolders(desired.folders));
  await applyInstall(steps);
  return steps.map(explainStep);
}

/** Bridges and rules of networks that have pods, and of the agent's own before the first comes. */
export async function prepare(parts: InstallationParts): Promise<void> {
  const conflist = conflistOf(parts.node, parts.options);
  const pools = poolsOf(parts);
  if (parts.base.bridges().length === 0) await parts.base.recall((config) => nodePools(parts, config));
  if (conflist !== undefined && pools.length > 0) await parts.base.prepare(networkConfigOf(conflist), pools);
}

/** What should be in the runtime's folders; undefined while the podCIDR is not known. */
export async function desiredOf(parts: InstallationParts): Promise<Desired | undefined> {
  const { node, options, queuePath } = parts;
  const conflist = conflistOf(node, options);
  if (conflist === undefined) return undefined;
  const { folders, clientPath, socketPath, exclusive } = options;
  const client = { path: clientPath, digest: (await fileDigest(clientPath)).digest };
  const clientSettings = `socket=${socketPath}\nqueue=${queuePath}\n`;
  return { folders, client, clientSettings, conflist: renderConflist(conflist, versionOf(parts)), exclusive };
}

/** The version of the specification that the conflist says; without Kubernetes nobody but its author knows the runtime. */
export function versionOf({ node, options }: Pick<AgentParts, "node" | "options">): "1.0.0" | "1.1.0" {
  if (options.standalone && options.network?.["cniVersion"] === "1.1.0") return "1.1.0";
  return cniVersionOf(node.view().self?.runtime);
}

function conflistOf(node: NodeWatch, { standalone, network }: AgentOptions): JsonObject | undefined {
  const podCidrs = node.view().self?.podCidrs ?? [];
  if (!standalone && podCidrs.length === 0) return undefined;
  return network ?? defaultNetwork(podCidrs);
}

const nodePools = (
  { node, options }: Pick<AgentParts, "node" | "options">,
  { rangeSets }: NetworkConfig,
): readonly Pool[] => planPools(rangeSets, options.standalone ? undefined : node.view().self?.podCidrs);

/** What this node gives out; nothing while that is not known. */
export function poolsOf({ node, options, log }: Pick<AgentParts, "node" | "options" | "log">): readonly Pool[] {
  const conflist = conflistOf(node, options);
  if (conflist === undefined) return [];
  try {
    return nodePools({ node, options }, networkConfigOf(conflist));
  } catch (error) {
    log.debug({ error: messageOf(error) }, "the configured pool has nothing for this node");
    return [];
  }
}
