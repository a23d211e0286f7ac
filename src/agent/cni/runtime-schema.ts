import { z } from "zod";
import { type HostPort } from "../asked-of-node.ts";
import { address, addressWithNetwork, inAnyCase, mac, textOf, wholeNumber } from "./values.ts";

/** What the runtime says of one attachment: runtimeConfig by the capabilities that the configuration names. */

const object = { error: "expected an object" };
const list = { error: "expected a list" };
const port = (low: number): z.ZodType<number> => wholeNumber(low, 65_535);

const protocols = ["tcp", "udp", "sctp"] as const;

const portMapping = inAnyCase(
  z.strictObject(
    {
      hostPort: port(0),
      containerPort: port(1),
      protocol: z
        .string({ error: `expected one of ${protocols.join(", ")}` })
        .toLowerCase()
        .pipe(z.enum(protocols, { error: `expected one of ${protocols.join(", ")}` }))
        .default("tcp"),
      hostIP: z.union([z.literal(""), address], { error: "expected an address, such as 192.0.2.1" }).optional(),
    },
    object,
  ),
);

/** CRI-O's burst is 8 × (2³² − 1) bits; no rate comes near 2⁵³. */
const bits = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const bandwidth = inAnyCase(
  z.strictObject(
    {
      ingressRate: bits.default(0),
      ingressBurst: bits.default(0),
      egressRate: bits.default(0),
      egressBurst: bits.default(0),
    },
    object,
  ),
);

const alias = textOf("a name of at most 253 characters without space", (text) => /^\S{1,253}$/.test(text));

export const runtimeSchema = z.strictObject(
  {
    portMappings: z.array(portMapping, list).nullish(),
    bandwidth: bandwidth.nullish(),
    mac: z
      .union([z.literal(""), mac], { error: "expected the MAC of one interface, such as c2:11:22:33:44:55" })
      .nullish(),
    ips: z.array(addressWithNetwork, list).nullish(),
    aliases: z.array(alias, list).nullish(),
    "io.kubernetes.cri.pod-annotations": z.record(z.string(), z.string({ error: "expected text" }), object).nullish(),
  },
  object,
);
export type RuntimeConfig = z.output<typeof runtimeSchema>;

/** `args` may hold anything (CONVENTIONS.md); of it only these are asked for. */
export const argsSchema = z.looseObject({
  cni: z.looseObject({ ips: z.array(addressWithNetwork, list).nullish() }, object).nullish(),
});

/** What contradicts itself in it: bursts and rates that lack each other, one port of the node for two of the pod. */
export function runtimeProblems({ portMappings, bandwidth }: RuntimeConfig): readonly Readonly<{
  path: readonly PropertyKey[];
  message: string;
}>[] {
  const limits = bandwidth ?? { ingressRate: 0, ingressBurst: 0, egressRate: 0, egressBurst: 0 };
  const halves = (["ingress", "egress"] as const).flatMap((side) => {
    const [rate, burst] = [limits[`${side}Rate`], limits[`${side}Burst`]];
    if (rate === 0 || burst > 0) return [];
    return [
      { path: ["runtimeConfig", "bandwidth", `${side}Burst`], message: `a rate of ${rate} needs a burst above 0` },
    ];
  });
  const mappings = portMappings ?? [];
  const doubled = mappings.flatMap((mapping, index) => {
    const same = mappings.slice(0, index).findIndex((other) => isSameHostPort(mapping, other));
    if (same < 0) return [];
    return [
      { path: ["runtimeConfig", "portMappings", index, "hostPort"], message: `given in portMappings[${same}] already` },
    ];
  });
  return [...halves, ...doubled];
}

type Mapped = NonNullable<RuntimeConfig["portMappings"]>[number];

function isSameHostPort(a: Mapped, b: Mapped): boolean {
  if (a.hostPort === 0 || a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false;
  return !a.hostIP || !b.hostIP || (a.hostIP.family === b.hostIP.family && a.hostIP.value === b.hostIP.value);
}

/** A port of the node that is 0 maps nothing. Empty addresses and those of all interfaces mean any. */
export const toPortMappings = (mappings: RuntimeConfig["portMappings"]): readonly HostPort[] =>
  (mappings ?? [])
    .filter(({ hostPort }) => hostPort !== 0)
    .map(({ hostIP, ...ports }) => ({ ...ports, hostIp: hostIP && hostIP.value !== 0n ? hostIP : undefined }));
