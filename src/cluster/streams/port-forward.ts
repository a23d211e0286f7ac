import { createServer, type Server, type Socket } from "node:net";
import {
  anySignal,
  type Clock,
  HeddleError,
  isHeddleError,
  type Logger,
  messageOf,
  systemCodeOf,
} from "../../base/index.ts";
import { type PortForward, type PortForwardOptions, stringAt } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { breakOff } from "./break-off.ts";
import { carryConnection } from "./port-forward-connection.ts";
import { portForwardProtocol } from "./port-channel.ts";
import { podPath, readPod, tellingPodFailures } from "./pod-access.ts";
import { isOver } from "./pod-failures.ts";

export type PortForwardDeps = Readonly<{ api: ApiClient; log: Logger; clock: Clock; halfCloseQuietMs: number }>;

/**
 * Listens on `localAddress` (default 127.0.0.1) and forwards every connection to the pod's port, each over a WebSocket
 * of its own. Fails as `checkForwardable` does, and with HEDDLE_PORT_IN_USE or HEDDLE_LISTEN_FAILED when it cannot listen. Disposing, or the signal, stops listening and
 * closes what is open; disposal resolves when all of it is closed.
 */
export async function startPortForward(deps: PortForwardDeps, options: PortForwardOptions): Promise<PortForward> {
  await checkForwardable(deps.api, options);
  const over = new AbortController();
  const signal = anySignal(options.signal, over.signal);
  const open = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (local) => {
    const done = forward(local, deps, { ...options, signal }).finally(() => open.delete(done));
    open.add(done);
  });
  const address = await listen(server, options);
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  signal.addEventListener("abort", () => server.close(), { once: true });
  if (signal.aborted) server.close();
  return {
    ...address,
    async [Symbol.asyncDispose]() {
      over.abort(new HeddleError("the port forward was closed", { code: "HEDDLE_CLUSTER_CLOSED" }));
      await closed;
      await Promise.all(open);
    },
  };
}

/**
 * Whether connections could be forwarded, so that nobody waits for the first one to hear. Fails with
 * HEDDLE_CLUSTER_NOT_FOUND or _CONTAINER_NOT_RUNNING for a pod that is not there or not running, and with _NOT_FOUND or
 * _FORBIDDEN where the API server has no port-forward or allows none.
 */
export async function checkForwardable(
  api: ApiClient,
  options: Pick<PortForwardOptions, "namespace" | "pod" | "port" | "signal">,
): Promise<void> {
  const { namespace, pod, signal } = options;
  const found = await readPod(api, { namespace, pod }, signal);
  const phase = stringAt(found, "status", "phase");
  if (phase === undefined || phase === "Running") return checkServed(api, options);
  throw new HeddleError(`cannot forward ports of pod ${namespace}/${pod}: it is not running but ${phase}`, {
    code: "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING",
    retryable: !isOver(found),
  });
}

/**
 * Asks without an upgrade, so that nobody dials the pod: an API server that forwards answers 400 to that. Whatever else
 * is wrong the connections tell.
 */
async function checkServed(
  api: ApiClient,
  { namespace, pod, port, signal }: Pick<PortForwardOptions, "namespace" | "pod" | "port" | "signal">,
): Promise<void> {
  const target = { namespace, pod };
  const ask = () => api.json({ path: podPath(target, "portforward"), query: { ports: String(port) }, signal });
  try {
    await tellingPodFailures({ api, target, signal }, ask);
  } catch (error) {
    signal?.throwIfAborted();
    if (isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND") || isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN"))
      throw error;
  }
}

/** One connection, from its acceptance to its end; never rejects. */
async function forward(
  local: Socket,
  deps: PortForwardDeps,
  options: PortForwardOptions & Readonly<{ signal: AbortSignal }>,
): Promise<void> {
  const { pod, port, signal } = options;
  // A local client may break off at any time; what that means is decided by whoever reads or writes.
  local.on("error", () => {});
  const gone = new Promise<void>((resolve) => local.once("close", () => resolve()));
  const destroy = (): void => void local.destroy();
  signal.addEventListener("abort", destroy, { once: true });
  try {
    await carry(local, deps, options);
  } catch (error) {
    breakOff(local);
    if (isHeddleError(error, "HEDDLE_STREAM_INPUT") || isHeddleError(error, "HEDDLE_STREAM_OUTPUT"))
      deps.log.debug({ pod, port, error: messageOf(error) }, "a local connection broke off");
    else if (!signal.aborted) options.onError?.(error);
  }
  await gone;
  signal.removeEventListener("abort", destroy);
}

/**
 * Carries one TCP connection that somebody else accepted to a pod's port, as `startPortForward` does with its own, and
 * closes it however that ends. Fails as that tells `onError`.
 */
export async function carry(
  local: Socket,
  { api, clock, halfCloseQuietMs = 5_000 }: Pick<PortForwardDeps, "api" | "clock"> & Partial<PortForwardDeps>,
  {
    namespace,
    pod,
    port,
    signal,
  }: Pick<PortForwardOptions, "namespace" | "pod" | "port"> & Readonly<{ signal: AbortSignal }>,
): Promise<void> {
  const target = { namespace, pod };
  const socket = await tellingPodFailures({ api, target, signal }, () =>
    api.socket({
      path: podPath(target, "portforward"),
      query: { ports: String(port) },
      protocols: [portForwardProtocol],
      signal,
    }),
  );
  await carryConnection(local, socket, { port, clock, halfCloseQuietMs, signal });
}

async function listen(
  server: Server,
  { localAddress = "127.0.0.1", localPort }: PortForwardOptions,
): Promise<Readonly<{ localAddress: string; localPort: number }>> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: localAddress, port: localPort }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw listenFailed(`${localAddress}:${localPort}`, cause);
  }
  server.off("error", reject);
  const bound = server.address();
  return { localAddress, localPort: typeof bound === "object" && bound !== null ? bound.port : localPort };
}

function listenFailed(where: string, cause: unknown): HeddleError {
  const inUse = systemCodeOf(cause) === "EADDRINUSE";
  const message = inUse
    ? `cannot listen on ${where}: the port is in use; choose another local port, or 0 for a free one`
    : `cannot listen on ${where}: ${messageOf(cause)}`;
  return new HeddleError(message, { code: inUse ? "HEDDLE_PORT_IN_USE" : "HEDDLE_LISTEN_FAILED", cause });
}
