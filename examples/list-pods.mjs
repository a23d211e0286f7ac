// Every pod of every cluster that is not running well, and why: node examples/list-pods.mjs [KUBECONFIG]
import { createFleet } from "heddle/fleet";

const [kubeconfig] = process.argv.slice(2);
await using fleet = await createFleet(kubeconfig === undefined ? {} : { kubeconfig });
await fleet.synced();

let total = 0;
for await (const { ref, attributes } of fleet.list({ kind: "pods", sort: { by: "name" }, pageSize: 200 })) {
  total += 1;
  if (attributes.health !== "healthy")
    console.log(ref.cluster, `${ref.namespace}/${ref.name}`, attributes.status, attributes.reason ?? "");
}
console.log(`${total} pods in ${fleet.clusters().length} clusters`);
