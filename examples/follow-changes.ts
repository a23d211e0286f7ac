// What happens in all clusters, as it happens, until Ctrl-C: node examples/follow-changes.ts [KUBECONFIG]
import { createFleet } from "heddle/fleet";

const [kubeconfig] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

await using fleet = await createFleet(kubeconfig === undefined ? {} : { kubeconfig });
try {
  for await (const change of fleet.changes({ signal: stop.signal })) {
    if (change.type === "missed") console.log(`missed ${change.from} to ${change.to}`);
    else console.log(change.time, change.cluster, change.type, change.subject);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
