import { type Cidr, formatCidr, type JsonObject, type JsonValue } from "../../model/index.ts";

/**
 * The versions of the specification that a runtime's own library speaks: containerd 2 and CRI-O 1.32 brought libcni 1.2
 * and with it 1.1.0 (STATUS, GC). `runtime` is the node's status.nodeInfo.containerRuntimeVersion, "containerd://2.1.4".
 */
export function cniVersionOf(runtime: string | undefined): "1.0.0" | "1.1.0" {
  const [, name, major, minor] = /^([a-z-]+):\/\/v?(\d+)\.(\d+)/.exec(runtime ?? "") ?? [];
  if (name === "containerd" && Number(major) >= 2) return "1.1.0";
  if (name === "cri-o" && (Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 32))) return "1.1.0";
  return "1.0.0";
}

/** A network without a word of configuration: the node's podCIDRs are the pool, their first addresses the gateways. */
export const defaultNetwork = (podCidrs: readonly Cidr[]): JsonObject => ({
  name: "heddle",
  plugins: [
    {
      type: "heddle-cni",
      bridge: "cni-bridge0",
      ipam: {
        type: "host-local",
        ranges: podCidrs.map((cidr) => [{ subnet: formatCidr(cidr) }]),
        routes: podCidrs.map(({ family }) => ({ dst: family === 4 ? "0.0.0.0/0" : "::/0" })),
      },
    },
  ],
});

/** What the runtime may tell the plugin. */
const capabilities: JsonObject = {
  portMappings: true,
  bandwidth: true,
  mac: true,
  ips: true,
  aliases: true,
  "io.kubernetes.cri.pod-annotations": true,
};

/**
 * The file that the runtime reads: the network as its configuration has it, in the version that the runtime speaks, with
 * the capabilities that the plugin has unless the configuration names its own.
 */
export function renderConflist(network: JsonObject, cniVersion: "1.0.0" | "1.1.0"): string {
  const plugins = Array.isArray(network["plugins"]) ? (network["plugins"] as readonly JsonValue[]) : [];
  const complete = plugins.map((plugin) => {
    const entry = plugin as JsonObject;
    return entry["type"] === "heddle-cni" ? { ...entry, capabilities: entry["capabilities"] ?? capabilities } : entry;
  });
  const { cniVersion: _said, name, plugins: _listed, ...rest } = network;
  return `${JSON.stringify({ cniVersion, name: name ?? "heddle", ...rest, plugins: complete }, undefined, 2)}\n`;
}
