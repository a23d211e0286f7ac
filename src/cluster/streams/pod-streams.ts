import { type Clock, isHeddleError, type Logger, systemClock, UsageError } from "../../base/index.ts";
import {
  type ContainerTarget,
  type ExecOptions,
  type ExecResult,
  type JsonObject,
  type LogOptions,
  type PodStreams,
  resourcePath,
} from "../../model/index.ts";
import { type ApiClient, type QueryValue } from "../api-client.ts";
import { type ExecProtocol, execProtocols } from "./channel-protocol.ts";
import { containerNames, defaultContainer } from "./default-container.ts";
import { runSession } from "./exec-session.ts";
import { logQuery } from "./log-query.ts";
import { podResource } from "./pod-resource.ts";
import { startPortForward } from "./port-forward.ts";

export type PodStreamsDeps = Readonly<{ api: ApiClient; log: Logger; clock?: Clock }>;

export type PodStreamsOptions = Readonly<{
  /** Subprotocols of exec and attach that are offered, best first; all by default. */
  execProtocols?: readonly ExecProtocol[];
  /** See PortForwardOptions: how long a pod must be silent after the local end until the connection is closed. Default 5,000. */
  halfCloseQuietMs?: number;
}>;

/**
 * Logs, exec, attach and port-forward of one cluster's pods.
 *
 * Where no container is named, the pod is read first (its default-container annotation, else its first container); a
 * credential that may not read pods leaves the choice to the API server.
 */
export function createPodStreams(
  { api, log, clock = systemClock }: PodStreamsDeps,
  options: PodStreamsOptions = {},
): PodStreams {
  const { execProtocols: protocols = execProtocols, halfCloseQuietMs = 5_000 } = options;
  const session = async (
    subresource: "exec" | "attach",
    target: ContainerTarget,
    options: Omit<ExecOptions, "command"> & Readonly<{ command?: readonly string[] }>,
  ): Promise<ExecResult> => {
    const container = await chooseContainer({ api, log }, target, options.signal);
    const socket = await api.socket({
      path: podPath(target, subresource),
      query: sessionQuery(container, options),
      protocols,
      signal: options.signal,
    });
    return runSession(socket, { ...options, sizes: options.tty ? options.sizes : undefined }, log);
  };
  return {
    async logs(target, options = {}) {
      const container = await chooseContainer({ api, log }, target, options.signal);
      return openLog(api, target, { ...options, container });
    },
    async exec(target, options) {
      if (options.command.length === 0) throw new UsageError("exec needs a command: give at least one word");
      return session("exec", target, options);
    },
    attach: (target, options) => session("attach", target, options),
    portForward: (options) => startPortForward({ api, log, clock, halfCloseQuietMs }, options),
  };
}

async function openLog(
  api: ApiClient,
  target: ContainerTarget,
  { container, signal, ...options }: LogOptions & Readonly<{ container: string | undefined }>,
): Promise<AsyncIterable<Uint8Array>> {
  const stream = await api.stream({
    path: podPath(target, "log"),
    query: logQuery(container, options),
    accept: "*/*",
    signal,
  });
  return stream.body;
}

/** At least one stream must be asked for, so stdout is, where nobody wants any: it is dropped. */
function sessionQuery(
  container: string | undefined,
  { command, stdin, stdout, stderr, tty }: Omit<ExecOptions, "command"> & Readonly<{ command?: readonly string[] }>,
): Readonly<Record<string, QueryValue>> {
  return {
    container,
    command,
    stdin: stdin !== undefined,
    stdout: stdout !== undefined || stderr === undefined || tty,
    stderr: stderr !== undefined && !tty,
    tty: tty ?? false,
  };
}

async function chooseContainer(
  { api, log }: Pick<PodStreamsDeps, "api" | "log">,
  target: ContainerTarget,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (target.container !== undefined) return target.container;
  const pod = await readPod(api, target, signal);
  if (pod === undefined) return undefined;
  const container = defaultContainer(pod);
  log.debug({ pod: target.pod, container, of: containerNames(pod) }, "no container was named: took the default");
  return container;
}

/** Undefined when this credential may not read the pod. */
async function readPod(
  api: ApiClient,
  { namespace, pod }: ContainerTarget,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  try {
    return await api.json({ path: resourcePath(podResource, { namespace, name: pod }), signal });
  } catch (error) {
    if (isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN")) return undefined;
    throw error;
  }
}

const podPath = ({ namespace, pod }: ContainerTarget, subresource: string): string =>
  resourcePath(podResource, { namespace, name: pod, subresource });
