import { abortable, type Clock, isAbort, messageOf } from "../base/index.ts";
import { type JsonObject } from "../model/index.ts";
import { type Pool } from "./addresses/model.ts";
import { planPools } from "./addresses/pool.ts";
import { applyInstall, observeFolders } from "./install/apply.ts";
import { cniVersionOf, defaultNetwork, renderConflist } from "./install/conflist.ts";
import { type Desired } from "./install/model.ts";
import { fileDigest } from "./install/digest.ts";
import { explainStep, planInstall } from "./install/plan.ts";
import { type NetworkConfig } from "./cni/model.ts";
import { networkConfigOf } from "./network-file.ts";
import { type NodeWatch } from "./node/model.ts";
import { type AgentOptions, type AgentParts } from "./parts.ts";
import { recover } from "./recovery/recover.ts";

/** Brings book, kernel and rules together while no verb runs, and remembers what was done. */
export async function reconcile(parts: AgentParts, signal: AbortSignal): Promise<void> {
  const { kernel, book, base, clock, log, node } = parts;
  const reconciled = parts.dispatcher.alone(async () => {
    const recovered = await recover({ kernel, book, node, log }, signal);
    const { table, elements } = await base.reconcile(signal);
    const rules = [
      ...(table ? ["write the node's rules anew"] : []),
      ...(elements > 0 ? [`set ${elements} elements of the node's rules`] : []),
    ];
    for (const words of rules) log.info({}, words);
    return { ...recovered, done: [...recovered.done, ...rules] };
  });
  const { done, failed } = await reconciled.catch((error: unknown) => {
    if (!isAbort(error, signal)) parts.counts.onReconciled("failed");
    throw error;
  });
  parts.counts.onReconciled(failed.length === 0 ? "ok" : "failed");
  if (done.length + failed.length > 0 || parts.recovery.at === undefined || parts.recovery.failed.length > 0)
    parts.recovery = { at: new Date(clock.nowMs()).toISOString(), done, failed };
}

/** Installs when the podCIDR is known and whenever that or the runtime changes, and looks again every while. */
export function keepInstalled(
  parts: AgentParts,
  signal: AbortSignal,
): Readonly<{ installed: Promise<void>; done: Promise<void> }> {
  const { clock, log, node } = parts;
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let woken = Promise.withResolvers<void>();
  const end = node.onChange(() => woken.resolve());
  const tryOut = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isAbort(error, signal)) return;
      log.error({ error: messageOf(error) }, "the node is not as it should be, and will be tried again");
    }
  };
  const run = async (): Promise<void> => {
    let isDue = false;
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      // Each by itself: pods that run need rules and routes, whatever keeps the plugin from being installed.
      await tryOut(async () => {
        const steps = await install(parts);
        for (const step of steps ?? []) log.info({}, step);
        if (steps !== undefined) first.resolve();
      });
      if (isDue) await tryOut(() => reconcile(parts, signal));
      await tryOut(() => parts.base.connect(signal));
      isDue = await pause(clock, { woken: woken.promise, delayMs: parts.options.reconcileEveryMs ?? 60_000, signal });
    }
    end();
    first.reject(signal.reason);
  };
  return { installed: first.promise, done: run() };
}

type Pause = Readonly<{ woken: Promise<void>; delayMs: number; signal: AbortSignal }>;

/** Waits until woken or for so long; true when it was so long. */
async function pause(clock: Clock, { woken, delayMs, signal }: Pause): Promise<boolean> {
  const time = Promise.withResolvers<boolean>();
  const cancel = clock.after(delayMs, () => time.resolve(true));
  try {
    return await abortable(Promise.race([woken.then(() => false), time.promise]), signal);
  } catch {
    return false;
  } finally {
    cancel();
  }
}

/** What was done, in words; undefined while the podCIDR is not known. */
async function install(parts: AgentParts): Promise<readonly string[] | undefined> {
  const desired = await desiredOf(parts);
  if (desired === undefined) return undefined;
  await prepare(parts);
  const steps = planInstall(desired, await observeFolders(desired.folders));
  await applyInstall(steps);
  return steps.map(explainStep);
}

/** Bridges and rules of networks that have pods, and of the agent's own before the first comes. */
async function prepare(parts: AgentParts): Promise<void> {
  const conflist = conflistOf(parts.node, parts.options);
  const pools = poolsOf(parts);
  if (parts.base.bridges().length === 0) await parts.base.recall((config) => nodePools(parts, config));
  if (conflist !== undefined && pools.length > 0) await parts.base.prepare(networkConfigOf(conflist), pools);
}

/** What should be in the runtime's folders; undefined while the podCIDR is not known. */
export async function desiredOf(parts: AgentParts): Promise<Desired | undefined> {
  const { node, options, queuePath } = parts;
  const conflist = conflistOf(node, options);
  if (conflist === undefined) return undefined;
  const { folders, clientPath, socketPath, exclusive } = options;
  const client = { path: clientPath, digest: (await fileDigest(clientPath)).digest };
  const clientSettings = `socket=${socketPath}\nqueue=${queuePath}\n`;
  return { folders, client, clientSettings, conflist: renderConflist(conflist, versionOf(parts)), exclusive };
}

/** The version of the specification that the conflist says; without Kubernetes nobody but its author knows the runtime. */
export function versionOf({ node, options }: AgentParts): "1.0.0" | "1.1.0" {
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
export function poolsOf({ node, options, log }: AgentParts): readonly Pool[] {
  const conflist = conflistOf(node, options);
  if (conflist === undefined) return [];
  try {
    return nodePools({ node, options }, networkConfigOf(conflist));
  } catch (error) {
    log.debug({ error: messageOf(error) }, "the configured pool has nothing for this node");
    return [];
  }
}
