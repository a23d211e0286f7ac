/** A simulated API server in a process of its own: pods as its argument says, its address and use by messages. */
import { createSimulatedCluster } from "../../src/sim/index.ts";
import { type KubeObject } from "../../src/model/index.ts";

const [, , pods = "1000"] = process.argv;
const namespaces = 50;
const sinceMs = performance.now();

const pod = (index: number): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    namespace: `team-${index % namespaces}`,
    name: `web-${String(index).padStart(6, "0")}`,
    labels: { app: `app-${index % 20}` },
    annotations: { note: "x".repeat(2_150) },
  },
  spec: { nodeName: `node-${index % 100}`, containers: [{ name: "web", image: "registry.example.com/web:1.0" }] },
  status: { phase: "Running", podIP: "10.0.0.1" },
});

const cluster = await createSimulatedCluster({
  controllers: false,
  objects: [
    ...Array.from({ length: namespaces }, (_, index) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: `team-${index}` },
    })),
    ...Array.from({ length: Number(pods) }, (_, index) => pod(index)),
  ],
});
const { server, authority, token } = cluster;
process.send?.({ server, authority, token, madeMs: performance.now() - sinceMs });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ rssBytes: process.memoryUsage().rss, cpuMs: (user + system) / 1_000 });
});
process.on("disconnect", () => process.exit());
