import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type KubeCluster, startKube } from "../test/kube/index.ts";
import { fillPods } from "./cluster.ts";
import { timeMs } from "./command.ts";
import { type Bench, median } from "./model.ts";

const podsEach = 1_000;
const rounds = 11;
const root = join(import.meta.dirname, "..");

/** `heddle get pods -A` of three clusters of 1,000 pods, launcher included, and `kubectl get pods -A` of one of them. */
export const benchGetPods: Bench = async ({ signal, say }) => {
  await using clusters = new AsyncDisposableStack();
  const three: KubeCluster[] = [];
  for (const name of ["bench-1", "bench-2", "bench-3"]) {
    const cluster = clusters.use(await startKube({ name, nodes: 0, signal }));
    await fillPods(cluster, { count: podsEach, say });
    three.push(cluster);
    say(`${name} has ${podsEach} pods`);
  }
  const home = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  clusters.defer(() => rm(home, { recursive: true }));
  const all = three.map(({ kubeconfigPath }) => kubeconfigPath).join(delimiter);
  const heddle = {
    file: join(root, "bin/heddle"),
    args: ["get", "pods", "-A"],
    env: { KUBECONFIG: all, HEDDLE_BUNDLE: "1", HOME: home },
  };
  const kubectl = {
    file: "kubectl",
    args: ["get", "pods", "-A"],
    env: { KUBECONFIG: three[0]?.kubeconfigPath ?? "", HOME: home },
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const [own, other] = [await timeMs(heddle, 3 * podsEach), await timeMs(kubectl, podsEach)];
    say(
      `round ${round}${round === 0 ? " (warm-up)" : ""}: heddle ${Math.round(own)} ms, kubectl ${Math.round(other)} ms`,
    );
    if (round === 0) continue;
    ours.push(own);
    theirs.push(other);
  }
  return {
    name: "get-pods",
    command: "npm run bench -- get-pods",
    figures: [
      {
        label: "heddle get pods -A, three clusters of 1,000 pods",
        value: median(ours),
        unit: "ms",
        ratio: {
          to: "kubectl, one cluster",
          value: median(ours.map((value, index) => value / (theirs[index] ?? NaN))),
        },
        target: "≤ 1.5",
      },
      { label: "kubectl get pods -A, one cluster of 1,000 pods", value: median(theirs), unit: "ms" },
    ],
  };
};
