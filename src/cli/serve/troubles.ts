import { type ClusterId } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type Serving } from "../ports.ts";

/** Says when a cluster is lost, comes back, is added or removed, until the signal aborts. */
export async function watchTroubles({ ports, output, signal }: CommandCall, serving: Serving): Promise<void> {
  const told = new Map<ClusterId, string>();
  for await (const { cluster, trouble, synced } of serving.progress(signal)) {
    const before = told.get(cluster);
    if (before === trouble || (before === undefined && trouble === "" && !synced)) continue;
    told.set(cluster, trouble);
    // How they are at the beginning was shown already.
    if (before === undefined) continue;
    const time = new Date(ports.clock.nowMs()).toISOString().slice(11, 19);
    await output.write(`${time} ${cluster}: ${trouble === "" ? "live again" : trouble}\n`);
  }
}
