import { once } from "node:events";
import { type ClusterId } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type Serving } from "../ports.ts";

/** Says when a cluster is lost, comes back, is added or removed, until the signal aborts or the server ends. */
export async function watchTroubles(call: CommandCall, serving: Serving): Promise<void> {
  await Promise.race([tellNews(call, serving), tellTroubles(call, serving)]);
}

async function tellNews(call: CommandCall, serving: Serving): Promise<void> {
  for await (const line of serving.news()) await tell(call, line);
  call.signal.throwIfAborted();
}

async function tellTroubles(call: CommandCall, serving: Serving): Promise<void> {
  const told = new Map<ClusterId, string>();
  for await (const { cluster, trouble, synced } of serving.progress(call.signal)) {
    const before = told.get(cluster);
    if (before === trouble || (before === undefined && trouble === "" && !synced)) continue;
    told.set(cluster, trouble);
    // How they are at the beginning was shown already.
    if (before !== undefined) await tell(call, `${cluster}: ${trouble === "" ? "live again" : trouble}`);
  }
  // Where nothing is kept there is no progress: the server goes on all the same.
  if (!call.signal.aborted) await once(call.signal, "abort");
}

function tell({ ports, output }: CommandCall, line: string): Promise<void> {
  const now = new Date(ports.clock.nowMs());
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return output.write(`${time} ${line}\n`);
}
