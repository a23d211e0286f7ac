import { type CommandSpec } from "../command.ts";

export const agentSpec: CommandSpec = {
  name: "agent",
  args: "[action]",
  summary: "give the pods of this node their network: the CNI plugin's agent",
  help: `Actions:
  (none)       run the agent: install the plugin, answer the kubelet, until it is stopped
  status       how it is; exit code 1 when something is wrong with this node
  pods         the pods that it gave their network
  ips          the addresses that it gave out, and what is free
  uninstall    take plugin and conflist away

Examples:
  heddle agent --kubeconfig /etc/kubernetes/kubelet.conf
  heddle agent --standalone --network network.json
  heddle agent status -o json
  heddle agent pods -n kube-system

It needs root. SIGTERM ends it and leaves the conflist and running pods alone.`,
  flags: [
    { syntax: "--node <name>", description: "this node's name (default NODE_NAME, the host's name)" },
    { syntax: "--standalone", description: "without Kubernetes: --network names this node's own ranges" },
    { syntax: "--network <file>", description: "the network's conflist (default: the node's podCIDRs)" },
    { syntax: "--cni-bin-dir <folder>", description: "where plugins are (default: found)" },
    { syntax: "--cni-conf-dir <folder>", description: "where conflists are (default: found)" },
    { syntax: "--exclusive", description: "put conflists of others aside that sort before Heddle's" },
    { syntax: "--socket <path>", description: "the plugin's socket (default /run/heddle/agent.sock)" },
    { syntax: "--data <folder>", description: "the agent's database (default /var/lib/heddle)" },
    { syntax: "--metrics-address <address>", description: "tell metrics there, host:port (default: nowhere)" },
    { syntax: "-o, --output <format>", description: "with status, pods, ips: table, json, yaml" },
    { syntax: "--no-headers", description: "rows only" },
  ],
  strangers: ["--config", "--server", "--clusters", "--request-timeout"],
  load: () => import("../commands/agent.ts"),
};
