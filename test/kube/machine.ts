import { readFile, writeFile } from "node:fs/promises";
import { install, type Need } from "../install.ts";
import type { KubeOptions } from "./model.ts";

const etcd34: Need = { command: "etcd", debianPackage: "etcd-server", why: "stores the test clusters' objects" };

const controlPlaneNeeds: readonly Need[] = [
  { command: "ip", debianPackage: "iproute2", why: "makes the test clusters' links" },
  { command: "unshare", debianPackage: "util-linux", why: "makes the test clusters' namespaces" },
  { command: "pkill", debianPackage: "procps", why: "ends the test clusters' processes" },
];

const nodeNeeds: readonly Need[] = [
  { command: "runc", debianPackage: "runc", why: "runs the test clusters' containers" },
  { command: "/usr/lib/cni/bridge", debianPackage: "containernetworking-plugins", why: "connects their pods" },
  { command: "/usr/lib/cni/loopback", debianPackage: "containernetworking-plugins", why: "connects their pods" },
  { command: "busybox", debianPackage: "busybox-static", why: "is their only image" },
  { command: "nft", debianPackage: "nftables", why: "kube-proxy's tables" },
  { command: "iptables", debianPackage: "iptables", why: "kube-proxy's tables" },
  { command: "conntrack", debianPackage: "conntrack", why: "kube-proxy's clean-up" },
];

const containerd16: Need = { command: "containerd", debianPackage: "containerd", why: "runs the test clusters' pods" };

const compiler: Need = { command: "gcc", debianPackage: "gcc", why: "compiles native/heddle-cni.c" };

/** The reason why this machine cannot run such a cluster, or undefined after installing what was missing. */
export async function prepareMachine(options: KubeOptions): Promise<string | undefined> {
  const { nodes = 0, cni, containerd = "1.6", etcd = "3.4" } = options;
  if (process.platform !== "linux") return `a test cluster needs Linux, this is ${process.platform}; ${otherWay}`;
  if (process.getuid?.() !== 0) return `a test cluster needs root to make namespaces; ${otherWay}`;
  if (nodes > 0 && !(await hasOverlay())) return `nodes need the kernel's overlay file system; ${otherWay}`;
  const store = etcd === "3.4" ? [etcd34] : [];
  const runtime = containerd === "1.6" ? [containerd16] : [];
  const agent = cni === "heddle" ? [compiler] : [];
  return install([...store, ...agent, ...controlPlaneNeeds, ...(nodes > 0 ? [...nodeNeeds, ...runtime] : [])]);
}

const inotifyFile = "/proc/sys/fs/inotify/max_user_instances";
const enoughInotify = 1024;

/**
 * A control plane takes 11 inotify instances and a node 8, and a kubelet without ends: Debian's 128 for all of a user's
 * processes are six clusters. Stays, as nobody could say when it is no longer needed.
 */
export async function allowInotify(onProgress: (what: string) => void = () => {}): Promise<void> {
  const allowed = Number(await readFile(inotifyFile, "utf8").catch(() => enoughInotify));
  if (allowed >= enoughInotify) return;
  onProgress(`raising fs.inotify.max_user_instances from ${allowed} to ${enoughInotify}`);
  // Where that is refused, few clusters run all the same; a kubelet's log says when they are too many.
  await writeFile(inotifyFile, String(enoughInotify)).catch(() => {});
}

const otherWay = "or name a cluster in HEDDLE_TEST_KUBECONFIG";

const hasOverlay = async (): Promise<boolean> =>
  /\boverlay\b/.test(await readFile("/proc/filesystems", "utf8").catch(() => ""));
