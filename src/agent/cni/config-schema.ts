import { z } from "zod";
import { type ClusterId, isDnsLabel } from "../../model/index.ts";
import { qosClasses, tunnelUses } from "./model.ts";
import { address, cidr, flag, isCniName, isInterfaceName, textOf, wholeNumber } from "./values.ts";

/** A network's configuration, field by field. Which fields go together, `config-rules` tells. */

const object = { error: "expected an object" };
const list = { error: "expected a list" };

export const cniName = textOf(
  'a name: a letter or digit, then letters, digits, ".", "_" and "-", at most 255 in all',
  isCniName,
);

const text = textOf("text that is not empty", (value) => value.trim() !== "");

const range = z.strictObject(
  {
    subnet: cidr,
    rangeStart: address.optional(),
    rangeEnd: address.optional(),
    gateway: address.optional(),
  },
  object,
);
export type CheckedRange = z.output<typeof range>;

const linkMtuWords = "expected 0 (the uplink's) or a whole number from 68 to 65535";
const linkMtu = z
  .number({ error: linkMtuWords })
  .refine((bytes) => Number.isInteger(bytes) && (bytes === 0 || (bytes >= 68 && bytes <= 65_535)), {
    error: linkMtuWords,
  });

const route = z.strictObject(
  {
    dst: cidr,
    gw: address.optional(),
    mtu: wholeNumber(68, 65_535).optional(),
    advmss: wholeNumber(1, 65_535).optional(),
    priority: wholeNumber(0, 2 ** 31 - 1).optional(),
    // 1.1.0 knows these too: what Heddle does anyway may be said.
    table: z.literal(254, { error: "expected 254 or nothing: Heddle makes routes in the main table only" }).optional(),
    scope: z.literal(0, { error: "expected 0 or nothing: every route leads to a gateway" }).optional(),
  },
  object,
);

const ipam = z.strictObject(
  {
    type: z.literal("host-local", {
      error: 'expected "host-local": Heddle gives out addresses by itself, in its form',
    }),
    ...range.partial().shape,
    ranges: z.array(z.array(range, list).min(1, list), list).min(1, list).optional(),
    routes: z.array(route, list).optional(),
  },
  object,
);
export type CheckedIpam = z.output<typeof ipam>;

const dns = z.strictObject(
  {
    nameservers: z.array(address, list).optional(),
    domain: text.optional(),
    search: z.array(text, list).optional(),
    options: z.array(text, list).optional(),
  },
  object,
);

/** What the runtime may be asked to tell about each attachment. */
export const capabilityNames = [
  "portMappings",
  "bandwidth",
  "mac",
  "ips",
  "aliases",
  "io.kubernetes.cri.pod-annotations",
] as const;

const capabilities = z.strictObject(Object.fromEntries(capabilityNames.map((name) => [name, flag.optional()])), object);

const heddle = z.strictObject(
  {
    database: textOf("an absolute path", (path) => path.startsWith("/")).optional(),
    cluster_id: textOf('a DNS label: lower-case letters, digits and "-", at most 63', isDnsLabel)
      .transform((label) => label as ClusterId)
      .optional(),
    enable_policy_enforcement: z
      .literal(false, {
        error: (issue) =>
          issue.input === true
            ? "this version does not enforce policies: leave it out or set it to false"
            : "expected true or false",
      })
      .optional(),
    default_qos_class: z.enum(qosClasses, { error: `expected one of ${qosClasses.join(", ")}` }).optional(),
    tunnel: z.enum(tunnelUses, { error: `expected one of ${tunnelUses.join(", ")}` }).optional(),
  },
  object,
);

/** The fields of a plugin's configuration; what the runtime puts beside them is `runtime-config`'s. */
export const configShape = {
  cniVersion: z.unknown().optional(),
  name: cniName,
  type: text,
  bridge: textOf("the name of an interface: at most 15 bytes without space, / and :", isInterfaceName).optional(),
  mtu: linkMtu.optional(),
  capabilities: capabilities.optional(),
  ipam,
  dns: dns.optional(),
  heddle: heddle.optional(),
};
