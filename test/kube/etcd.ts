import { join } from "node:path";
import { findCommand } from "../install.ts";
import { buildGo } from "./go-binary.ts";
import type { KubeOptions } from "./model.ts";

const version = "3.6.4";

/**
 * The etcd to run. Debian 12's is 3.4.23, which cannot tell the API server how far a watch has come
 * (RequestWatchProgress), so that the API server refuses WatchList; 3.6 can.
 */
export async function etcdBinary({ etcd = "3.4", onProgress }: KubeOptions): Promise<string> {
  if (etcd === "3.4") return (await findCommand("etcd")) ?? "etcd";
  const folder = await buildGo(
    {
      name: `etcd-${version}`,
      module: join(import.meta.dirname, "etcd"),
      packages: { "go.etcd.io/etcd/server/v3": "etcd" },
      args: ["-ldflags", "-s -w"],
      takes: "about a minute",
    },
    onProgress,
  );
  return join(folder, "etcd");
}
