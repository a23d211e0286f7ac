import { type CniFolders } from "./model.ts";

/** What of the node's file system tells where a runtime looks; a question each, so that it can be asked of a table. */
export type NodeFiles = Readonly<{
  exists(path: string): boolean;
  /** Undefined when there is no such file. */
  read(path: string): string | undefined;
}>;

const standard = { confDir: "/etc/cni/net.d", binDir: "/opt/cni/bin" };

const k3s = "/var/lib/rancher/k3s";
const rke2 = "/var/lib/rancher/rke2";
const microK8s = "/var/snap/microk8s/current";
const containerdFile = "/etc/containerd/config.toml";

/**
 * Where the node's runtime looks for plugins: as the distribution has it, else as containerd's configuration says, else
 * where everyone does. K3s has a fixed plugin folder since October 2024 (docs.k3s.io, "Multus and IPAM plugins").
 */
export function findFolders({ exists, read }: NodeFiles): CniFolders {
  if (exists(`${k3s}/agent`)) {
    const binDir = [`${k3s}/data/cni`, `${k3s}/data/current/bin`].find(exists) ?? `${k3s}/data/cni`;
    return { confDir: `${k3s}/agent/etc/cni/net.d`, binDir, because: "k3s" };
  }
  if (exists(`${rke2}/agent`)) return { ...standard, because: "RKE2" };
  if (exists(microK8s))
    return { confDir: `${microK8s}/args/cni-network`, binDir: `${microK8s}/opt/cni/bin`, because: "MicroK8s" };
  const configured = foldersIn(read(containerdFile) ?? "");
  if (configured.confDir === undefined && configured.binDir === undefined)
    return { ...standard, because: "containerd's defaults" };
  const { confDir = standard.confDir, binDir = standard.binDir } = configured;
  return { confDir, binDir, because: `containerd's ${containerdFile}` };
}

/** `conf_dir` and `bin_dir` (version 3: the first of `bin_dirs`) in the section of the CRI plugin that ends with "cni". */
function foldersIn(toml: string): Readonly<{ confDir?: string | undefined; binDir?: string | undefined }> {
  let isCni = false;
  let confDir: string | undefined;
  let binDir: string | undefined;
  for (const line of toml.split("\n")) {
    const header = /^\s*\[(.+)\]\s*(#.*)?$/.exec(line)?.[1];
    if (header !== undefined) isCni = /\.\s*["']?cni["']?\s*$/.test(header);
    if (!isCni) continue;
    confDir ??= /^\s*conf_dir\s*=\s*["']([^"']+)["']/.exec(line)?.[1];
    binDir ??= /^\s*bin_dirs?\s*=\s*(?:\[\s*)?["']([^"']+)["']/.exec(line)?.[1];
  }
  return { confDir, binDir };
}
