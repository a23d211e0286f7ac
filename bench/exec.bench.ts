import { Readable } from "node:stream";
import { createSeededRandom, silentLogger, systemClock } from "../src/base/index.ts";
import { createCluster } from "../src/cluster/index.ts";
import { parseClusterId } from "../src/model/index.ts";
import { startKube } from "../test/kube/index.ts";
import { accessOf, questionOf } from "./cluster.ts";
import { type Bench, median, percentile } from "./model.ts";

const rounds = 40;

/**
 * Exec of `true` in a running pod on a connected client, without and with stdin (v4 and v5 of the subprotocol), and
 * `kubectl exec` of the same, process start included.
 */
export const benchExec: Bench = async ({ signal, say }) => {
  await using kube = await startKube({ nodes: 1, signal });
  await kube.kubectl([
    "run",
    "bench",
    `--image=${kube.busyboxImage}`,
    "--image-pull-policy=Never",
    "--command",
    "--",
    "sleep",
    "3600",
  ]);
  await kube.kubectl(["wait", "pod/bench", "--for=condition=Ready", "--timeout=60s"]);
  const access = accessOf(questionOf(kube));
  const deps = { clock: systemClock, random: createSeededRandom(1), log: silentLogger };
  await using cluster = createCluster(deps, { id: parseClusterId("bench"), access });
  const target = { namespace: "default", pod: "bench", container: "bench" };
  const exec = async (stdin?: Readable): Promise<void> => {
    const { exitCode } = await cluster.pods.exec(target, { command: ["true"], ...(stdin && { stdin }) });
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
  };
  const ours: number[] = [];
  const withStdin: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const own = await timeMs(() => exec());
    const ownWithStdin = await timeMs(() => exec(Readable.from([])));
    const other = await timeMs(() => kube.kubectl(["exec", "bench", "--", "true"]));
    // The first of each opens connections and warms up.
    if (round === 0) continue;
    ours.push(own);
    withStdin.push(ownWithStdin);
    theirs.push(other);
  }
  say(`${rounds} rounds, p99 ${Math.round(percentile(ours, 0.99))} ms`);
  return {
    name: "exec",
    command: "npm run bench -- exec",
    figures: [
      {
        label: "exec of true, p50",
        value: median(ours),
        unit: "ms",
        target: "≤ 100 ms",
        ratio: { to: "kubectl exec", value: median(ours) / median(theirs) },
      },
      { label: "exec of true, p95", value: percentile(ours, 0.95), unit: "ms" },
      { label: "exec of true with stdin, p50", value: median(withStdin), unit: "ms", target: "≤ 100 ms" },
      { label: "kubectl exec of true, p50, process start included", value: median(theirs), unit: "ms" },
    ],
  };
};

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return performance.now() - fromMs;
}
