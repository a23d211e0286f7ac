import { join } from "node:path";
import { buildGo } from "./go-binary.ts";
import type { KubeOptions } from "./model.ts";

const version = "2.1.4";
const commands = "github.com/containerd/containerd/v2/cmd";

/**
 * The folder to put before the nodes' PATH, or undefined for the machine's own containerd. Debian 12's is 1.6, which
 * does not speak CNI 1.1 (STATUS, GC); 2.1 does, and runs pods with the same configuration and the same runc.
 */
export async function containerdBinaries({ containerd = "1.6", onProgress }: KubeOptions): Promise<string | undefined> {
  if (containerd === "1.6") return undefined;
  return buildGo(
    {
      name: `containerd-${version}`,
      module: join(import.meta.dirname, "containerd"),
      packages: {
        [`${commands}/containerd`]: "containerd",
        [`${commands}/containerd-shim-runc-v2`]: "containerd-shim-runc-v2",
        [`${commands}/ctr`]: "ctr",
      },
      args: [
        "-tags=no_btrfs no_devmapper no_zfs",
        `-ldflags=-s -w -X github.com/containerd/containerd/v2/version.Version=v${version}`,
      ],
      takes: "about a minute",
    },
    onProgress,
  );
}
