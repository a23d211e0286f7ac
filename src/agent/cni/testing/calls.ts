import { type CniCall } from "../request.ts";

/** The plugin's configuration as docs and the installed conflist have it, as the runtime passes it on. */
export const heddleConfig = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  cniVersion: "1.0.0",
  name: "heddle",
  type: "heddle-cni",
  bridge: "cni-bridge0",
  mtu: 0,
  capabilities: {
    portMappings: true,
    bandwidth: true,
    mac: true,
    ips: true,
    aliases: true,
    "io.kubernetes.cri.pod-annotations": true,
  },
  ipam: {
    type: "host-local",
    subnet: "10.244.0.0/16",
    rangeStart: "10.244.1.10",
    rangeEnd: "10.244.254.254",
    gateway: "10.244.0.1",
    routes: [{ dst: "0.0.0.0/0" }, { dst: "10.96.0.0/12" }],
  },
  heddle: {
    database: "/var/lib/heddle/agent.db",
    cluster_id: "cluster-1",
    enable_policy_enforcement: false,
    default_qos_class: "best-effort",
  },
  ...changes,
});

/** What containerd calls the plugin with for a pod. */
export const callOf = (command: string, changes: CniCall = {}): CniCall => ({
  command,
  containerId: "4f3c",
  netns: "/run/netns/cni-1",
  ifname: "eth0",
  args: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=4f3c;K8S_POD_UID=u-1",
  input: JSON.stringify(heddleConfig({ cniVersion: "1.1.0" })),
  ...changes,
});
