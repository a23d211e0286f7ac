import { type Clock } from "../../base/index.ts";
import { type Kubeconfig, loadKubeconfig } from "../../cluster/index.ts";

/** Kubeconfig files that many clusters share: read once for all that ask within a short time. */
export type KubeconfigSource = Readonly<{ read(): Promise<Kubeconfig> }>;

/** Clusters that fail together come back together, and should not parse one large file each. */
const keptMs = 5_000;

/** Reads the files at most every few seconds; a failure is kept as long as a success is. */
export function createKubeconfigSource(paths: readonly string[], clock: Clock): KubeconfigSource {
  let kept: Readonly<{ config: Promise<Kubeconfig>; readAtMs: number }> | undefined;
  return {
    read() {
      const nowMs = clock.monotonicMs();
      if (kept === undefined || nowMs - kept.readAtMs >= keptMs)
        kept = { config: loadKubeconfig(paths), readAtMs: nowMs };
      return kept.config;
    },
  };
}
