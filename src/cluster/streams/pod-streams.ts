import { type Clock, type Logger, systemClock, UsageError } from "../../base/index.ts";
import {
  type ContainerTarget,
  type ExecOptions,
  type ExecResult,
  type LogOptions,
  type PodStreams,
} from "../../model/index.ts";
import { type ApiClient, type QueryValue } from "../api-client.ts";
import { type ExecProtocol, protocolOffers } from "./channel-protocol.ts";
import { runSession } from "./exec-session.ts";
import { logQuery } from "./log-query.ts";
import { chooseContainer, podPath, tellingPodFailures } from "./pod-access.ts";
import { openSocket } from "./open-socket.ts";
import { startPortForward } from "./port-forward.ts";

export type PodStreamsDeps = Readonly<{ api: ApiClient; log: Logger; clock?: Clock }>;

export type PodStreamsOptions = Readonly<{
  /** Subprotocols of exec and attach to offer, best first, instead of choosing by need. */
  execProtocols?: readonly ExecProtocol[];
  /** How long a pod must be silent, after the local end of a forwarded connection, until it is closed. Default 5,000. */
  halfCloseQuietMs?: number;
}>;

type SessionOptions = Omit<ExecOptions, "command"> & Readonly<{ command?: readonly string[] }>;

/**
 * Logs, exec, attach and port-forward of one cluster's pods.
 *
 * Where no container is named, the pod is read first (its default-container annotation, else its first container); a
 * credential that may not read pods leaves the choice to the API server.
 *
 * Fails as ApiClient does, and with HEDDLE_CLUSTER_CONTAINER_NOT_FOUND, _CONTAINER_NOT_RUNNING (retryable until the pod
 * is over), _NO_PREVIOUS_LOG, _COMMAND_NOT_FOUND and _COMMAND_FAILED (the runtime could not run it), each with the API's
 * Status in `details.status`; with HEDDLE_STREAM_INPUT or _OUTPUT when a stream of the caller fails. Aborting rejects
 * with the signal's reason, and closes the connection; a command that was begun may run on in the container: Kubernetes
 * has no word to end it.
 *
 * The end of stdin reaches an executed command as the end of its input (before Kubernetes 1.30 only with a terminal;
 * else a warning says that the command waits on). Attached, it closes the input of a container with `stdinOnce`; from
 * any other it is a farewell: the process goes on, and output that comes later is not read. The exit code of attach is
 * always 0.
 */
export function createPodStreams(
  { api, log, clock = systemClock }: PodStreamsDeps,
  options: PodStreamsOptions = {},
): PodStreams {
  const { execProtocols, halfCloseQuietMs = 5_000 } = options;
  const deps = { api, log, execProtocols };
  return {
    async logs(named, options = {}) {
      const { signal } = options;
      const target = await chooseContainer({ api, log }, named, signal);
      return tellingPodFailures({ api, target, signal }, () => openLog(api, target, options));
    },
    async exec(target, options) {
      if (options.command.length === 0) throw new UsageError("exec needs a command: give at least one word");
      return runIn(deps, { ...target, subresource: "exec" }, options);
    },
    attach: (target, options) => runIn(deps, { ...target, subresource: "attach" }, options),
    portForward: (options) => startPortForward({ api, log, clock, halfCloseQuietMs }, options),
  };
}

type SessionDeps = Pick<PodStreamsDeps, "api" | "log"> &
  Readonly<{ execProtocols: readonly ExecProtocol[] | undefined }>;

async function runIn(
  { api, log, execProtocols }: SessionDeps,
  { subresource, ...named }: ContainerTarget & Readonly<{ subresource: "exec" | "attach" }>,
  options: SessionOptions,
): Promise<ExecResult> {
  const { signal } = options;
  const target = await chooseContainer({ api, log }, named, signal);
  // Closing a terminal's stdin makes containerd drop the command's output. To an attached shell Ctrl-D would be its
  // end, where closing only leaves it.
  const endOfInput = subresource === "exec" && options.tty ? "typing" : "closing";
  const closesStdin = options.stdin !== undefined && endOfInput === "closing";
  const request = { path: podPath(target, subresource), query: sessionQuery(target.container, options), signal };
  const offers = execProtocols === undefined ? protocolOffers(closesStdin) : [execProtocols];
  return tellingPodFailures({ api, target, signal }, async () => {
    const socket = await openSocket(api, request, offers);
    return runSession(socket, { ...options, endOfInput }, log);
  });
}

async function openLog(
  api: ApiClient,
  target: ContainerTarget,
  options: LogOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await api.stream({
    path: podPath(target, "log"),
    query: logQuery(target.container, options),
    accept: "*/*",
    signal: options.signal,
  });
  return body;
}

/**
 * At least one stream must be asked for, so stdout is, where nobody wants any: it is dropped. With a terminal stdin is
 * asked for always: over v4 containerd takes "no stdin" for its end, and a terminal whose input has ended is given up
 * with its output unread.
 */
function sessionQuery(
  container: string | undefined,
  { command, stdin, stdout, stderr, tty = false }: SessionOptions,
): Readonly<Record<string, QueryValue>> {
  return {
    container,
    command,
    stdin: stdin !== undefined || tty,
    stdout: stdout !== undefined || stderr === undefined || tty,
    stderr: stderr !== undefined && !tty,
    tty,
  };
}
