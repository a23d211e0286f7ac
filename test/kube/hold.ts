// Starts a cluster as a test would, tells its name and pids on standard output, and holds it until it is itself ended.
// For the tests of what a killed test leaves behind.
import { startKube } from "./cluster.ts";
import { run } from "./process.ts";
import { until } from "./until.ts";

const [name = "", nodes = "0", then = "run", cni = "reference"] = process.argv.slice(2);
console.log("starting");
const cluster = await startKube({ name, nodes: Number(nodes), cni: cni as "reference" | "heddle" });
if (cluster.nodes.length > 0) {
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "sleeper" },
    spec: { containers: [{ name: "main", image: cluster.busyboxImage, command: ["sleep", "1000000"] }] },
  };
  await until("the default service account", () => cluster.kubectl(["get", "serviceaccount", "default"]));
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(manifest) });
  await cluster.kubectl(["wait", "pod/sleeper", "--for=condition=Ready", "--timeout=180s"]);
  await run([...(cluster.nodes[0]?.enter ?? []), "pgrep", "-f", "sleep 1000000"]);
}
if (then === "freeze") cluster.freezeApiServer();
console.log("up");
setInterval(() => {}, 60_000);
