import { bandwidthOf } from "./bandwidth.ts";
import { type CniArgs } from "./cni-args.ts";
import { type CheckedConfig } from "./config.ts";
import { type Asked } from "./model.ts";
import { toPortMappings } from "./runtime-schema.ts";

/**
 * What the runtime asks for, of the ways it has to say it: runtimeConfig before `args` before CNI_ARGS, each whole
 * (CONVENTIONS.md: who understands a newer way does not mind the older).
 */
export function askedOf({ runtime, args }: CheckedConfig, cniArgs: CniArgs): Asked {
  const ways = [runtime.ips, args?.cni?.ips, cniArgs.addresses];
  const annotations = runtime["io.kubernetes.cri.pod-annotations"] ?? {};
  const bandwidth = runtime.bandwidth ?? bandwidthOf(annotations);
  const limits = bandwidth && (bandwidth.ingressRate > 0 || bandwidth.egressRate > 0) ? bandwidth : undefined;
  return {
    addresses: ways.find((addresses) => addresses && addresses.length > 0) ?? [],
    mac: runtime.mac || cniArgs.mac,
    portMappings: toPortMappings(runtime.portMappings),
    bandwidth: limits,
    aliases: runtime.aliases ?? [],
    annotations,
  };
}
