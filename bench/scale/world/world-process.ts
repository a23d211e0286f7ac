/** Many simulated clusters in a process of their own, each with its port and identity: see world.ts. */
import { createSeededRandom } from "../../../src/base/index.ts";
import { createSimulatedCluster, type SimulatedCluster } from "../../../src/sim/index.ts";
import { type Relay, startRelay } from "../../../test/kube/relay.ts";
import { type Fault, type WorldAnswers, type WorldQuestion, type WorldSize, type WorldStarted } from "./model.ts";
import { clusterObjects } from "./objects.ts";
import { storm } from "./storm.ts";

const size = JSON.parse(process.argv[2] ?? "") as WorldSize;

const clusters: SimulatedCluster[] = [];
const relays: Relay[] = [];
for (let index = 0; index < size.clusters; index++) {
  const cluster = await createSimulatedCluster({
    name: `world-${index}`,
    controllers: false,
    random: createSeededRandom(1_000 + index),
    objects: clusterObjects(index, size),
  });
  clusters.push(cluster);
  const port = Number(new URL(cluster.server).port);
  if (size.breakable === true) relays.push(await startRelay({ host: "127.0.0.1", port }));
}

const collections = [
  "pods",
  "configmaps",
  "services",
  "nodes",
  "namespaces",
  "replicasets.apps",
  "deployments.apps",
] as const;

function versionsOf(cluster: SimulatedCluster): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  cluster.happen((view) => {
    for (const collection of collections)
      for (const { metadata } of view.list(collection))
        versions[`${collection} ${metadata.namespace ?? ""}/${metadata.name}`] = metadata.resourceVersion ?? "";
    return [];
  });
  return versions;
}

function breakIt({ cluster, deed }: Fault): null {
  if (deed === "forget") clusters[cluster]?.forgetPast();
  if (deed === "refuse") relays[cluster]?.refuse();
  if (deed === "restore") relays[cluster]?.restore();
  else relays[cluster]?.cut();
  return null;
}

async function answer(question: WorldQuestion): Promise<WorldAnswers[WorldQuestion["ask"]]> {
  switch (question.ask) {
    case "use":
      return { watches: clusters.reduce((sum, cluster) => sum + cluster.watches(), 0), pid: process.pid };
    case "storm":
      return { changes: await storm({ clusters, podsEach: size.pods }, question.storm) };
    case "fault":
      return breakIt(question.fault);
    case "versions":
      return clusters.map(versionsOf);
  }
}

const started: WorldStarted = {
  clusters: clusters.map(({ name, server, authority, token }, index) => ({
    name,
    server: relays[index] === undefined ? server : `https://127.0.0.1:${relays[index].port}`,
    ca: authority,
    token,
  })),
  objects: clusters.length * clusterObjects(0, size).length,
  podBytes: meanPodBytes(clusters[0]),
};
process.send?.(started);
process.on("message", ({ id, ...question }: WorldQuestion & Readonly<{ id: number }>) => {
  answer(question).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());

function meanPodBytes(cluster: SimulatedCluster | undefined): number {
  let mean = 0;
  cluster?.happen((view) => {
    const pods = view.sample("pods", 100);
    mean = pods.reduce((sum, pod) => sum + JSON.stringify(pod).length, 0) / pods.length;
    return [];
  });
  return mean;
}
