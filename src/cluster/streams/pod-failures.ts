import { HeddleError } from "../../base/index.ts";
import {
  containerNames,
  type ContainerTarget,
  isJsonObject,
  type JsonObject,
  listAt,
  stringAt,
} from "../../model/index.ts";

/** What a failed question about a container comes down to; each server, kubelet and subprotocol says it differently. */
export type PodFailure = "no-such-container" | "not-running" | "no-previous-log" | "not-served";

/** Undefined for every other failure, and for everything that is no HeddleError. */
export function podFailureOf(error: unknown): PodFailure | undefined {
  if (!(error instanceof HeddleError)) return undefined;
  const said = saidBy(error);
  return patterns.find(([, pattern]) => pattern.test(said))?.[0];
}

const patterns: readonly (readonly [PodFailure, RegExp])[] = [
  // An API server without containers behind it: a simulated one, or one that only keeps objects.
  ["not-served", /^the server could not find the requested resource$/],
  // API server: logs, exec, attach.
  ["no-such-container", /^container \S+ is not valid for pod /],
  // Kubelet: logs.
  ["no-previous-log", /^previous terminated container .* not found$/],
  ["not-running", /^container \S+ in pod \S+ is (waiting to start|not available|terminated)/],
  // API server: everything, before the pod has a node.
  ["not-running", /^pod \S+ does not have a host assigned$/],
  // Kubelet: exec; attach; port-forward.
  ["not-running", /container not found \("[^"]*"\)$/],
  ["not-running", /container \S+ not found in pod \S+$/],
  ["not-running", /^pod not found \("[^"]*"\)$/],
  // containerd, between the container's end and the kubelet's noticing.
  ["not-running", /container is in CONTAINER_\w+ state|task \S+ not found|container .* is not running/],
];

/** The server's own words: its Status's message, or a plain body. */
function saidBy({ details, message }: HeddleError): string {
  const status = details["status"];
  const said = isJsonObject(status) ? stringAt(status, "message") : details["body"];
  return (typeof said === "string" ? said : message).trim();
}

/**
 * The same failure in words of the pod, with the server's details kept and the original as its cause. `pod` is the pod
 * as read after the failure, where it could be read.
 *
 * Codes: HEDDLE_CLUSTER_CONTAINER_NOT_FOUND, HEDDLE_CLUSTER_NO_PREVIOUS_LOG, and HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING,
 * which may be tried again unless the pod is over.
 */
export function explainPodFailure(
  { failure, error }: Readonly<{ failure: PodFailure; error: HeddleError }>,
  target: ContainerTarget,
  pod: JsonObject | undefined,
): HeddleError {
  const where = `pod ${target.namespace}/${target.pod}`;
  const which = target.container === undefined ? "the container" : `container "${target.container}"`;
  const kept = { details: error.details, cause: error };
  switch (failure) {
    case "no-such-container": {
      const known = pod === undefined ? "" : `: it has ${containerNames(pod).join(", ")}`;
      return new HeddleError(`${where} has no ${which}${known}`, {
        code: "HEDDLE_CLUSTER_CONTAINER_NOT_FOUND",
        ...kept,
      });
    }
    case "no-previous-log":
      return new HeddleError(`${which} of ${where} has not ended before, so there is no previous log`, {
        code: "HEDDLE_CLUSTER_NO_PREVIOUS_LOG",
        ...kept,
      });
    case "not-served":
      return new HeddleError(
        `the API server has no containers behind ${where}: it serves neither logs nor exec nor port-forward, as a simulated one`,
        // Not the server's details: its words, which commands would print, tell less.
        { code: error.code, cause: error },
      );
    case "not-running":
      return new HeddleError(
        `${which} of ${where} is not running: ${stateOf(pod, target.container) ?? saidBy(error)}`,
        {
          code: "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING",
          retryable: !isOver(pod),
          ...kept,
        },
      );
  }
}

/** A pod that has ended for good: none of its containers starts again. */
export const isOver = (pod: JsonObject | undefined): boolean =>
  ["Succeeded", "Failed"].includes(stringAt(pod, "status", "phase") ?? "");

/** Why a container does not run, in one piece: "waiting (ContainerCreating)"; undefined where the pod says that it runs. */
function stateOf(pod: JsonObject | undefined, container: string | undefined): string | undefined {
  const status = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
    .flatMap((list) => listAt(pod, "status", list))
    .find((entry) => stringAt(entry, "name") === container);
  const waiting = stringAt(status, "state", "waiting", "reason");
  if (waiting !== undefined) return `waiting (${waiting})`;
  const terminated = stringAt(status, "state", "terminated", "reason");
  if (terminated !== undefined) return `terminated (${terminated})`;
  const phase = stringAt(pod, "status", "phase");
  if (phase === undefined || phase === "Running") return undefined;
  const unscheduled = stringAt(pod, "spec", "nodeName") === undefined;
  return `the pod is ${phase}${unscheduled ? ", and no node has been found for it" : ""}`;
}
