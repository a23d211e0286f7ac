import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { type KubeCluster, startKube } from "../test/kube/index.ts";
import { clientOf, questionOf } from "./cluster.ts";
import { type Bench, median } from "./model.ts";

const gets = 3_000;
const rounds = 5;
const inFlight = 100;

/** Gets a second of one config map: one client, `qps` off, a hundred in flight; and the same through client-node. */
export const benchGets: Bench = async ({ signal, say }) => {
  await using cluster = await startKube({ nodes: 0, signal });
  await cluster.kubectl(["create", "configmap", "bench", "--from-literal=a=b"]);
  await using client = clientOf(questionOf(cluster));
  const peer = peerOf(cluster);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const own = await perSecond(() => client.json({ path: "/api/v1/namespaces/default/configmaps/bench" }));
    const other = await perSecond(() => peer.readNamespacedConfigMap({ namespace: "default", name: "bench" }));
    say(
      `round ${round}${round === 0 ? " (warm-up)" : ""}: ${Math.round(own)} a second, client-node ${Math.round(other)}`,
    );
    if (round > 0) [ours, theirs].forEach((all, index) => all.push(index === 0 ? own : other));
  }
  return {
    name: "gets",
    command: "npm run bench -- gets",
    figures: [
      {
        label: "gets a second, one client",
        value: median(ours),
        unit: "/s",
        target: "≥ 1,000",
        ratio: { to: "client-node", value: median(ours) / median(theirs) },
      },
      { label: "gets a second, @kubernetes/client-node", value: median(theirs), unit: "/s" },
    ],
  };
};

function peerOf(cluster: KubeCluster): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  return config.makeApiClient(CoreV1Api);
}

async function perSecond(get: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  let left = gets;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await get();
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return gets / ((performance.now() - fromMs) / 1000);
}
