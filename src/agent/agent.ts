import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { abortable, type Clock, isAbort, type Logger, messageOf, UsageError } from "../base/index.ts";
import { type AgentStatus, type JsonObject } from "../model/index.ts";
import { openAddressBook } from "./addresses/book.ts";
import { readBootId } from "./addresses/boot-id.ts";
import { type AddressBook, type Pool } from "./addresses/model.ts";
import { planPools } from "./addresses/pool.ts";
import { createPodNetwork } from "./attach/network.ts";
import { createDispatcher, type Dispatcher } from "./cni/dispatch.ts";
import { applyInstall, observeFolders } from "./install/apply.ts";
import { cniVersionOf, defaultNetwork, renderConflist } from "./install/conflist.ts";
import { type CniFolders, type Desired } from "./install/model.ts";
import { digestOf, explainStep, planInstall } from "./install/plan.ts";
import { createKernel } from "./kernel/kernel.ts";
import { type Kernel } from "./kernel/model.ts";
import { networkConfigOf } from "./network-file.ts";
import { type NodeWatch } from "./node/model.ts";
import { rememberNode } from "./node/remembered.ts";
import { recover, type Recovered } from "./recovery/recover.ts";
import { createDelQueue } from "./socket/del-queue.ts";
import { createSocketServer } from "./socket/server.ts";
import { createCounts, type Counts } from "./status/counts.ts";
import { openStatusDoor } from "./status/door.ts";
import { exposition } from "./status/exposition.ts";
import { attachmentStatus, observeStatus } from "./status/observe.ts";

export type AgentDeps = Readonly<{ clock: Clock; log: Logger; node: NodeWatch }>;

export type AgentOptions = Readonly<{
  version: string;
  nodeName: string;
  /** Without Kubernetes: `network` names the node's own ranges. */
  standalone: boolean;
  /** The plugin's; the status door is beside it. */
  socketPath: string;
  dataFolder: string;
  folders: CniFolders;
  /** The executable that is installed as the plugin. */
  clientPath: string;
  /** The conflist as it is configured; default: the node's podCIDRs and nothing else. */
  network?: JsonObject | undefined;
  exclusive: boolean;
  /** The kernel thread's module, where it is bundled. */
  kernelWorker?: URL | undefined;
  /** The network namespace that is the node's; by default the process's own. */
  home?: string | undefined;
  /** Between two looks whether everything is as it should be. Default 60 s. */
  reconcileEveryMs?: number | undefined;
}>;

/** A node's network while its agent runs. Its end leaves the conflist and running pods alone. */
export type Agent = AsyncDisposable &
  Readonly<{
    status(): Promise<AgentStatus>;
    /** Resolves when the plugin is installed: pods can come. */
    installed: Promise<void>;
  }>;

export const statusSocketOf = (socketPath: string): string => `${socketPath}.status`;

/**
 * Starts the agent: brings book and kernel together, listens for the plugin, and installs it as soon as the node's
 * podCIDR is known, the conflist last. Fails, with everything closed again, when it cannot listen or keep its book.
 */
export async function startAgent(deps: AgentDeps, options: AgentOptions, signal: AbortSignal): Promise<Agent> {
  const { clock, log } = deps;
  if (options.standalone && options.network === undefined)
    throw new UsageError(
      "a standalone agent has no podCIDR to go by: give it the network's configuration by --network",
    );
  await using parts = new AsyncDisposableStack();
  const ending = new AbortController();
  parts.defer(() => ending.abort());
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  await mkdir(dirname(options.socketPath), { recursive: true, mode: 0o755 });
  const databasePath = join(options.dataFolder, "agent.db");
  const book = parts.use(openAddressBook({ clock, log }, { path: databasePath, bootId: await readBootId() }));
  const kernel = parts.use(createKernel({ worker: options.kernelWorker, home: options.home }));
  const node = parts.use(
    await rememberNode(deps.node, { path: join(options.dataFolder, "node.json"), nodeName: options.nodeName, log }),
  );
  const counts = createCounts(clock);
  const network = createPodNetwork(
    { kernel, book, node, log },
    { standalone: options.standalone, overheadBytes: () => 0 },
  );
  const dispatcher = createDispatcher({ network, logger: log, clock, onAnswered: counts.onAnswered });
  const self: Self = {
    deps: { ...deps, node },
    options,
    kernel,
    book,
    counts,
    dispatcher,
    databasePath,
    startedAtMs: clock.nowMs(),
    recovery: { done: [], failed: [] },
  };
  await reconcileKernel(self, signal);
  parts.use(await createSocketServer({ answer: dispatcher.answer, logger: log, clock }, { path: options.socketPath }));
  parts.use(await openStatusDoor(statusSocketOf(options.socketPath), pagesOf(self)));
  const queue = createDelQueue(
    { answer: dispatcher.answer, tryLock: kernel.tryLock, logger: log, clock },
    { path: join(options.dataFolder, "queue") },
  );
  const draining = queue.run(ending.signal);
  parts.defer(() => draining);
  const { installed, done } = keepInstalled(self, ending.signal);
  parts.defer(() => done);
  // Before what they work with is closed, what runs on its own is told to end.
  parts.defer(() => ending.abort());
  const closing = parts.move();
  return { status: () => statusOf(self), installed, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() };
}

type Self = Readonly<{
  deps: AgentDeps;
  options: AgentOptions;
  kernel: Kernel;
  book: AddressBook;
  counts: Counts;
  dispatcher: Dispatcher;
  databasePath: string;
  startedAtMs: number;
}> & { recovery: AgentStatus["recovery"] };

async function reconcileKernel(self: Self, signal: AbortSignal): Promise<Recovered> {
  const { kernel, book, deps } = self;
  const { clock, log, node } = deps;
  const recovered = await self.dispatcher.alone(() => recover({ kernel, book, node, log }, signal));
  const { done, failed } = recovered;
  if (done.length + failed.length > 0 || self.recovery.at === undefined || self.recovery.failed.length > 0)
    self.recovery = { at: new Date(clock.nowMs()).toISOString(), done, failed };
  return recovered;
}

/** Installs when the podCIDR is known and whenever that or the runtime changes, and looks again every while. */
function keepInstalled(self: Self, signal: AbortSignal): Readonly<{ installed: Promise<void>; done: Promise<void> }> {
  const { clock, log, node } = self.deps;
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let woken = Promise.withResolvers<void>();
  const end = node.onChange(() => woken.resolve());
  const run = async (): Promise<void> => {
    let isDue = false;
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      try {
        const steps = await install(self);
        for (const step of steps ?? []) log.info({}, step);
        if (steps !== undefined) first.resolve();
        if (isDue) await reconcileKernel(self, signal);
      } catch (error) {
        if (isAbort(error, signal)) break;
        log.error({ error: messageOf(error) }, "the node is not as it should be, and will be tried again");
      }
      isDue = await pause(clock, { woken: woken.promise, delayMs: self.options.reconcileEveryMs ?? 60_000, signal });
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
async function install(self: Self): Promise<readonly string[] | undefined> {
  const desired = await desiredOf(self);
  if (desired === undefined) return undefined;
  const steps = planInstall(desired, await observeFolders(desired.folders));
  await applyInstall(steps);
  return steps.map(explainStep);
}

async function desiredOf({ deps, options }: Self): Promise<Desired | undefined> {
  const conflist = conflistOf(deps.node, options);
  if (conflist === undefined) return undefined;
  const { folders, clientPath, socketPath, dataFolder, exclusive } = options;
  const client = { path: clientPath, digest: digestOf(await readFile(clientPath)) };
  const clientSettings = `socket=${socketPath}\nqueue=${join(dataFolder, "queue")}\n`;
  return { folders, client, clientSettings, conflist: renderConflist(conflist, versionOf(deps.node)), exclusive };
}

const versionOf = (node: NodeWatch): "1.0.0" | "1.1.0" => cniVersionOf(node.view().self?.runtime);

function conflistOf(node: NodeWatch, { standalone, network }: AgentOptions): JsonObject | undefined {
  const podCidrs = node.view().self?.podCidrs ?? [];
  if (!standalone && podCidrs.length === 0) return undefined;
  return network ?? defaultNetwork(podCidrs);
}

function poolsOf({ deps, options }: Self): readonly Pool[] {
  const conflist = conflistOf(deps.node, options);
  if (conflist === undefined) return [];
  try {
    return planPools(
      networkConfigOf(conflist).rangeSets,
      options.standalone ? undefined : deps.node.view().self?.podCidrs,
    );
  } catch (error) {
    deps.log.debug({ error: messageOf(error) }, "the configured pool has nothing for this node");
    return [];
  }
}

async function statusOf(self: Self): Promise<AgentStatus> {
  const { deps, options, kernel, book, counts } = self;
  const desired = await desiredOf(self);
  const found = await observeFolders(options.folders).catch(() => undefined);
  const installation = found && { found, missing: desired === undefined ? [] : planInstall(desired, found) };
  return observeStatus(
    { kernel, book },
    {
      version: options.version,
      node: options.nodeName,
      startedAtMs: self.startedAtMs,
      databasePath: self.databasePath,
      view: options.standalone ? undefined : deps.node.view(),
      folders: options.folders,
      cniVersion: versionOf(deps.node),
      installation: desired === undefined ? undefined : installation,
      pools: poolsOf(self),
      lastError: counts.lastError(),
      recovery: self.recovery,
    },
  );
}

const pagesOf = (self: Self): Parameters<typeof openStatusDoor>[1] => ({
  "/status": async () => json(await statusOf(self)),
  "/pods": async () => json(self.book.attachments().map(attachmentStatus)),
  "/metrics": async () => ({
    type: "text/plain; version=0.0.4; charset=utf-8",
    text: exposition({
      status: await statusOf(self),
      verbs: self.counts.verbs(),
      busy: self.dispatcher.busy(),
      residentBytes: process.memoryUsage.rss(),
    }),
  }),
});

const json = (value: unknown): Readonly<{ type: string; text: string }> => ({
  type: "application/json",
  text: `${JSON.stringify(value)}\n`,
});
