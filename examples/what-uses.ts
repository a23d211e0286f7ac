// What uses an object, and why: node examples/what-uses.ts configmap default/settings [KUBECONFIG]
import { createFleet } from "heddle/fleet";

const [kind = "configmap", path = "default/settings", kubeconfig] = process.argv.slice(2);
const [namespace = "", name = ""] = path.split("/");

await using fleet = await createFleet(kubeconfig === undefined ? {} : { kubeconfig });
await fleet.synced();
for (const { info } of fleet.clusters()) {
  const found = { cluster: info.id, kind, namespace, name };
  if (fleet.get(found) === undefined) continue;
  for await (const relation of fleet.relations(found, { direction: "in", types: ["uses"], pageSize: 100 }))
    console.log(info.id, `${relation.from.kind}/${relation.from.name}`, relation.because);
}
