import { type JsonValue, jsonAt, listAt, numberAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";
import { conditionOf } from "./conditions.ts";

/** What `kubectl get pods` says of a pod, and the container that decided the word. */
export type PodSummary = Readonly<{
  word: string;
  readyContainers: number;
  totalContainers: number;
  restarts: number;
  /** When the last restarted container had ended, RFC 3339. */
  lastRestartAt?: string;
  /** The entry of containerStatuses or initContainerStatuses that the word is about. */
  container?: JsonValue;
}>;

/** Walks a pod's container statuses in kubectl's order: init containers first, then the others from last to first. */
export function summarizePod(pod: KubeObject): PodSummary {
  const init = walkInitContainers(pod);
  const initialized = conditionOf(pod, "Initialized")?.status === "True";
  const walked = init.blocking && !initialized ? init : walkContainers(pod, init);
  const { word, container, restarts, lastRestartAt } = walked;
  const ended = deletedWord(pod);
  return {
    word: ended ?? word,
    readyContainers: walked.ready,
    totalContainers: listAt(pod["spec"], "containers").length + init.sidecars,
    restarts: restarts.count,
    ...(lastRestartAt === undefined ? {} : { lastRestartAt }),
    ...(container === undefined || ended !== undefined ? {} : { container }),
  };
}

type Restarts = { count: number };
type Walk = {
  word: string;
  ready: number;
  restarts: Restarts;
  lastRestartAt: string | undefined;
  container: JsonValue | undefined;
};
type InitWalk = Walk & {
  /** An init container has still to end. */
  blocking: boolean;
  sidecars: number;
  sidecarRestarts: Restarts;
  lastSidecarRestartAt: string | undefined;
};

function firstWord(pod: KubeObject): string {
  if (conditionOf(pod, "PodScheduled")?.reason === "SchedulingGated") return "SchedulingGated";
  return stringAt(pod, "status", "reason") || (stringAt(pod, "status", "phase") ?? "");
}

function walkInitContainers(pod: KubeObject): InitWalk {
  const specs = listAt(pod["spec"], "initContainers");
  const sidecars = new Set(specs.filter(isSidecar).map((spec) => stringAt(spec, "name")));
  const walk: InitWalk = {
    word: firstWord(pod),
    ready: 0,
    restarts: { count: 0 },
    lastRestartAt: undefined,
    container: undefined,
    blocking: false,
    sidecars: sidecars.size,
    sidecarRestarts: { count: 0 },
    lastSidecarRestartAt: undefined,
  };
  for (const [index, status] of listAt(pod["status"], "initContainerStatuses").entries()) {
    const sidecar = sidecars.has(stringAt(status, "name"));
    const restarts = numberAt(status, "restartCount") ?? 0;
    walk.restarts.count += restarts;
    walk.lastRestartAt = later(walk.lastRestartAt, endOfLastRun(status));
    if (sidecar) {
      walk.sidecarRestarts.count += restarts;
      walk.lastSidecarRestartAt = later(walk.lastSidecarRestartAt, endOfLastRun(status));
    }
    if (numberAt(status, "state", "terminated", "exitCode") === 0) continue;
    if (sidecar && jsonAt(status, "started") === true) {
      if (jsonAt(status, "ready") === true) walk.ready += 1;
      continue;
    }
    walk.word = `Init:${initWord(status) ?? `${index}/${specs.length}`}`;
    walk.container = status;
    walk.blocking = true;
    break;
  }
  return walk;
}

const isSidecar = (spec: JsonValue): boolean => stringAt(spec, "restartPolicy") === "Always";

function initWord(status: JsonValue): string | undefined {
  if (jsonAt(status, "state", "terminated") !== undefined) return terminatedWord(status);
  const waiting = stringAt(status, "state", "waiting", "reason");
  return waiting === undefined || waiting === "" || waiting === "PodInitializing" ? undefined : waiting;
}

/** "Error", "OOMKilled", else "Signal:9" or "ExitCode:3". */
function terminatedWord(status: JsonValue): string {
  const reason = stringAt(status, "state", "terminated", "reason");
  if (reason) return reason;
  const signal = numberAt(status, "state", "terminated", "signal") ?? 0;
  return signal === 0 ? `ExitCode:${numberAt(status, "state", "terminated", "exitCode") ?? 0}` : `Signal:${signal}`;
}

function walkContainers(pod: KubeObject, init: InitWalk): Walk {
  const walk: Walk = {
    word: init.word,
    ready: init.ready,
    restarts: init.sidecarRestarts,
    lastRestartAt: init.lastSidecarRestartAt,
    container: init.container,
  };
  let running = false;
  for (const status of listAt(pod["status"], "containerStatuses").toReversed()) {
    walk.restarts.count += numberAt(status, "restartCount") ?? 0;
    walk.lastRestartAt = later(walk.lastRestartAt, endOfLastRun(status));
    const waiting = stringAt(status, "state", "waiting", "reason");
    if (waiting) {
      walk.word = waiting;
      walk.container = status;
    } else if (jsonAt(status, "state", "terminated") !== undefined) {
      walk.word = terminatedWord(status);
      walk.container = status;
    } else if (jsonAt(status, "ready") === true && jsonAt(status, "state", "running") !== undefined) {
      running = true;
      walk.ready += 1;
    }
  }
  if (walk.word === "Completed" && running) walk.word = isPodReady(pod) ? "Running" : "NotReady";
  return walk;
}

/** The pod's own readiness: condition Ready is True. */
export const isPodReady = (pod: KubeObject): boolean => conditionOf(pod, "Ready")?.status === "True";

function deletedWord(pod: KubeObject): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (stringAt(pod, "status", "reason") === "NodeLost") return "Unknown";
  const phase = stringAt(pod, "status", "phase");
  return phase === "Succeeded" || phase === "Failed" ? undefined : "Terminating";
}

const endOfLastRun = (status: JsonValue): string | undefined =>
  stringAt(status, "lastState", "terminated", "finishedAt");

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}
