import { toHeddleError } from "../base/index.ts";
import { type Cluster } from "../cluster/index.ts";
import { type ClusterId } from "../model/index.ts";
import { findClusters } from "./kinds.ts";
import { type ServerDeps } from "./model.ts";

/** What is done, to which object: all of it is logged. */
export type Act = Readonly<{
  action: "apply" | "patch" | "delete" | "exec" | "port-forward";
  cluster: string;
  kind: string;
  namespace?: string | null | undefined;
  name: string;
  command?: readonly string[] | undefined;
  port?: number | undefined;
  dryRun?: boolean | null | undefined;
}>;

export type Actor = Readonly<{ deps: Pick<ServerDeps, "fleet" | "log">; who: string; signal: AbortSignal }>;

/** Does it, and logs who did what to which object, and how it came out. */
export async function acting<T>(
  { deps, who, signal }: Actor,
  what: Act,
  act: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  try {
    const [id] = findClusters(deps.fleet.clusters(), [what.cluster]);
    const result = await act(await deps.fleet.connect(id ?? (what.cluster as ClusterId), signal));
    // At the level that is always shown: who changed what must be found when it is asked for.
    deps.log.warn({ who, ...what, result: "done" }, "an object was acted on through the server");
    return result;
  } catch (thrown) {
    const error = toHeddleError(thrown);
    deps.log.warn({ who, ...what, result: error.code, error: error.message }, "an act through the server failed");
    throw error;
  }
}
