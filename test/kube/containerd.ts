import type { KubeOptions } from "./model.ts";

/** The folder to put before the nodes' PATH, or undefined for the machine's own containerd. */
export async function containerdBinaries(_options: KubeOptions): Promise<string | undefined> {
  return undefined;
}
