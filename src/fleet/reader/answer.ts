import { toHeddleError } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type ClusterAnswer, type ClusterId } from "../../model/index.ts";
import { type Fleet } from "../model.ts";

/** What a cluster gave; `problem` where it could not give all. */
export type Given<T> = Readonly<{ value: T; problem?: unknown }>;

/** One cluster's answer: connects if need be, and turns every failure into an answer. Throws only when aborted. */
export async function answerFrom<T>(
  fleet: Fleet,
  id: ClusterId,
  options: Readonly<{ signal: AbortSignal; ask: (cluster: Cluster) => Promise<Given<T>> }>,
): Promise<ClusterAnswer<T>> {
  const { signal, ask } = options;
  try {
    const { value, problem } = await ask(await fleet.connect(id, signal));
    if (problem === undefined) return { cluster: id, ok: true, value, freshness: { state: "direct" } };
    return { ...failed(id, problem), value };
  } catch (error) {
    signal.throwIfAborted();
    return failed(id, error);
  }
}

/** That a cluster has no answer, and why. */
export const failed = (cluster: ClusterId, error: unknown) =>
  ({ cluster, ok: false, error: toHeddleError(error, "HEDDLE_FLEET_ANSWER_FAILED") }) as const;
