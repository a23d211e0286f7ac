import { UsageError } from "../base/index.ts";
import { type AgentStatus, type ServerAddress } from "../model/index.ts";
import { type AgentDeps, type AgentOptions, openParts } from "./parts.ts";
import { pagesOf, statusOf } from "./report.ts";
import { createDelQueue } from "./socket/del-queue.ts";
import { createSocketServer } from "./socket/server.ts";
import { openMetricsDoor, openStatusDoor, statusSocketOf } from "./status/door.ts";
import { keepInstalled } from "./upkeep/keep-installed.ts";
import { reconcile } from "./upkeep/reconcile.ts";

/** A node's network while its agent runs. Its end leaves the conflist and running pods alone. */
export type Agent = AsyncDisposable &
  Readonly<{
    status(): Promise<AgentStatus>;
    /** Where metrics are told over TCP; undefined where nobody asked for that. */
    metricsAddress: ServerAddress | undefined;
    /** Resolves when the plugin is installed: pods can come. */
    installed: Promise<void>;
    /** Rejects with HEDDLE_KERNEL_LOST when the thread that speaks to the kernel has ended: start the agent anew. */
    lost: Promise<never>;
  }>;

/**
 * Starts the agent: brings book and kernel together, listens for the plugin, and installs it as soon as the node's
 * podCIDR is known, the conflist last. Fails, with everything closed again, when it cannot listen or keep its book.
 */
export async function startAgent(deps: AgentDeps, options: AgentOptions, signal: AbortSignal): Promise<Agent> {
  if (options.standalone && options.network === undefined)
    throw new UsageError(
      "a standalone agent has no podCIDR to go by: give it the network's configuration by --network",
    );
  await using stack = new AsyncDisposableStack();
  const parts = await openParts(deps, options, stack);
  const isWhole = await reconcile(parts, signal);
  const { clock, log: logger, kernel, dispatcher } = parts;
  const { answer } = dispatcher;
  stack.use(await createSocketServer({ answer, logger, clock }, { path: options.socketPath }));
  const pages = pagesOf(parts);
  stack.use(await openStatusDoor(statusSocketOf(options.socketPath), pages));
  const { metricsAddress } = options;
  const metrics = metricsAddress && stack.use(await openMetricsDoor(metricsAddress, { "/metrics": pages["/metrics"] }));
  const ending = new AbortController();
  const draining = createDelQueue({ answer, tryLock: kernel.tryLock, logger, clock }, { path: parts.queuePath }).run(
    ending.signal,
  );
  const upkeep = { reconcile: () => reconcile(parts, ending.signal), isWhole };
  const { installed, done } = keepInstalled(parts, upkeep, ending.signal);
  stack.defer(async () => {
    ending.abort();
    await Promise.all([draining, done]);
  });
  const closing = stack.move();
  const lost = rejectedBy(kernel.lost);
  return {
    status: () => statusOf(parts),
    metricsAddress: metrics?.address,
    installed,
    lost,
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting for it.
  promise.catch(() => {});
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
