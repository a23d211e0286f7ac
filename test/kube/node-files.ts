import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { NodePlan } from "./addresses.ts";
import { pauseImage } from "./image.ts";
import type { KubeOptions } from "./model.ts";

export type NodeFiles = Readonly<{
  plan: NodePlan;
  /** On the host; `etc` and `opt` in it become the upper layers of the node's. */
  directory: string;
  cgroup: string;
  clusterDns: string;
  /** PEM and kubeconfig texts. */
  clientCa: string;
  kubeletConfig: string;
  proxyConfig: string;
  agentConfig: string;
  options: KubeOptions;
}>;

const cniPlugins = "/usr/lib/cni";

/** Lays out a node's /etc and /opt before the node's first process mounts them. */
export async function writeNodeFiles(files: NodeFiles): Promise<void> {
  const { directory, options, plan } = files;
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), text, { mode: 0o600 });
  };
  await Promise.all(["run", "var", "opt/cni/bin"].map((folder) => mkdir(join(directory, folder), { recursive: true })));
  await Promise.all([
    put("etc/containerd/config.toml", containerdConfig),
    put("etc/kubernetes/client-ca.crt", files.clientCa),
    put("etc/kubernetes/kubelet.kubeconfig", files.kubeletConfig),
    put("etc/kubernetes/kubelet.yaml", stringify(kubeletConfiguration(files))),
    put("etc/kubernetes/proxy.kubeconfig", files.proxyConfig),
    put("etc/kubernetes/heddle-agent.kubeconfig", files.agentConfig),
    put("etc/kubernetes/proxy.yaml", stringify(proxyConfiguration(files))),
    mkdir(join(directory, "etc/cni/net.d"), { recursive: true }),
    linkPlugins(join(directory, "opt/cni/bin")),
  ]);
  if ((options.cni ?? "reference") === "reference")
    await put("etc/cni/net.d/10-reference.conflist", JSON.stringify(referenceNetwork(plan), undefined, 2));
}

async function linkPlugins(folder: string): Promise<void> {
  const plugins = await readdir(cniPlugins);
  await Promise.all(plugins.map((plugin) => symlink(join(cniPlugins, plugin), join(folder, plugin))));
}

/** Read by containerd 1.6 and 2.x alike: 2.x migrates it in memory. */
const containerdConfig = `version = 2
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing", "io.containerd.nri.v1.nri"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
`;

const kubeletConfiguration = ({ cgroup, clusterDns }: NodeFiles): object => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    x509: { clientCAFile: "/etc/kubernetes/client-ca.crt" },
    webhook: { enabled: true },
    anonymous: { enabled: false },
  },
  authorization: { mode: "Webhook" },
  containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  registerNode: true,
  maxPods: 250,
  serializeImagePulls: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: { "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%" },
  readOnlyPort: 0,
  resolvConf: "",
  clusterDomain: "cluster.local",
  // Whether something serves there is the caller's choice; without it every pod gets a warning event.
  clusterDNS: [clusterDns],
  shutdownGracePeriod: "0s",
});

const proxyConfiguration = ({ plan, options }: NodeFiles): object => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: options.proxy ?? "nftables",
  hostnameOverride: plan.name,
  clientConnection: { kubeconfig: "/etc/kubernetes/proxy.kubeconfig" },
  conntrack: { maxPerCore: 0 },
  detectLocalMode: "NodeCIDR",
});

/** The CNI project's own plugins: a bridge a node, addresses from the node's ranges. */
const referenceNetwork = ({ podCidrs }: NodePlan): object => ({
  cniVersion: "1.0.0",
  name: "reference",
  plugins: [
    {
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        ranges: podCidrs.map((subnet) => [{ subnet }]),
        routes: podCidrs.map((cidr) => ({ dst: cidr.includes(":") ? "::/0" : "0.0.0.0/0" })),
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
});
