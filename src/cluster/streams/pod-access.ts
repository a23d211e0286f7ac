import { type HeddleError, isHeddleError, type Logger } from "../../base/index.ts";
import {
  containerNames,
  type ContainerTarget,
  defaultContainer,
  type JsonObject,
  resourcePath,
} from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { explainPodFailure, podFailureOf } from "./pod-failures.ts";
import { podResource } from "./pod-resource.ts";

/** The path of a pod, or of its subresource. */
export const podPath = ({ namespace, pod }: Omit<ContainerTarget, "container">, subresource?: string): string =>
  resourcePath(podResource, { namespace, name: pod, subresource });

/** The pod; undefined when this credential may not read it, which exec and logs do not need. */
export async function readPod(
  api: ApiClient,
  target: Omit<ContainerTarget, "container">,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  try {
    return await api.json({ path: podPath(target), signal });
  } catch (error) {
    if (isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN")) return undefined;
    throw error;
  }
}

/** The same target with its default container, where none is named. Undefined stays what the API server chooses. */
export async function chooseContainer(
  { api, log }: Readonly<{ api: ApiClient; log: Logger }>,
  target: ContainerTarget,
  signal: AbortSignal | undefined,
): Promise<ContainerTarget> {
  if (target.container !== undefined) return target;
  const pod = await readPod(api, target, signal);
  if (pod === undefined) return target;
  const container = defaultContainer(pod);
  log.debug({ pod: target.pod, container, of: containerNames(pod) }, "no container was named: took the default");
  return { ...target, container };
}

/** Runs `work` and tells its failures in words of the pod, which is read for them. */
export async function tellingPodFailures<T>(
  { api, target, signal }: Readonly<{ api: ApiClient; target: ContainerTarget; signal: AbortSignal | undefined }>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = podFailureOf(error);
    if (failure === undefined) throw error;
    const pod = await readPod(api, target, signal).catch(() => undefined);
    throw explainPodFailure({ failure, error: error as HeddleError }, target, pod);
  }
}
