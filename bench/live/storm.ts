import { isHeddleError } from "../../src/base/index.ts";
import { type KubeCluster } from "../../test/kube/index.ts";
import { clientOf, questionOf } from "../cluster.ts";
import { epochMs, markedBy, markOf } from "../marks.ts";
import { type BenchPod } from "../pods.ts";

export type StormOptions = Readonly<{
  changes: number;
  perSecond: number;
  pods: readonly BenchPod[];
  signal: AbortSignal;
}>;

/** When a change was sent, and when the API server had answered: milliseconds since the epoch. */
export type SentChange = Readonly<{ sentMs: number; answeredMs: number }>;

/** Changes pods at an even pace however long the answers take, as a cluster does; resolves when all are answered. */
export async function storm(
  cluster: KubeCluster,
  { changes, perSecond, pods, signal }: StormOptions,
): Promise<ReadonlyMap<string, SentChange>> {
  await using client = clientOf(questionOf(cluster));
  const fromMs = performance.now();
  const sent = new Map<string, SentChange>();
  const answers: Promise<void>[] = [];
  const change = async (index: number): Promise<void> => {
    // Far apart, so that no pod changes twice before all have.
    const pod = pods[(index * 7_919) % pods.length];
    const sentMs = epochMs();
    const mark = markOf(sentMs, index);
    const patch = (): Promise<unknown> =>
      client.json({
        method: "PATCH",
        path: `/api/v1/namespaces/default/pods/${pod?.metadata.name}`,
        body: { metadata: { annotations: { [markedBy]: mark } } },
        contentType: "application/merge-patch+json",
        timeoutMs: 120_000,
      });
    // The same change twice is one change: what an overloaded server breaks off is sent again, once.
    await patch().catch((error: unknown) =>
      isHeddleError(error) && error.retryable ? patch() : Promise.reject(error),
    );
    sent.set(mark, { sentMs, answeredMs: epochMs() });
  };
  for (let index = 0; index < changes; index++) {
    signal.throwIfAborted();
    const waitMs = fromMs + (index * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const answer = change(index);
    // Looked at when all are sent.
    answer.catch(() => {});
    answers.push(answer);
  }
  await Promise.all(answers);
  return sent;
}
