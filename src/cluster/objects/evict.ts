import { type ApiClient } from "../api-client.ts";
import { type DeleteOptions } from "../model.ts";
import { deleteBody } from "./delete.ts";
import { objectPath } from "./target.ts";

/** Pods, as every API server has served them since v1: no discovery needed. */
const pods = { group: "", version: "v1", plural: "pods", namespaced: true } as const;

/**
 * policy/v1 Eviction (Kubernetes 1.22 and later): a deletion that honours PodDisruptionBudgets. A budget that has
 * nothing left answers 429 at once: HEDDLE_CLUSTER_TOO_MANY_REQUESTS, with the budget among the Status's causes.
 */
export async function evictPod(
  api: ApiClient,
  { namespace, name }: Readonly<{ namespace: string; name: string }>,
  options: DeleteOptions,
): Promise<void> {
  await api.json({
    method: "POST",
    path: objectPath(pods, { namespace, name, subresource: "eviction" }),
    body: {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { namespace, name },
      deleteOptions: deleteBody(options),
    },
    signal: options.signal,
  });
}
