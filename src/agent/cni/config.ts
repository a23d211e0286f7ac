import { z } from "zod";
import { formatAddress } from "../../model/index.ts";
import { mtuProblems, rangeProblems, rangeSetsOf, routeProblems, setProblems, toRangeConfig } from "./config-rules.ts";
import { configShape } from "./config-schema.ts";
import { type NetworkConfig } from "./model.ts";
import { type ConfigProblem, invalidConfig, keysAt, problemsOf } from "./problems.ts";
import { argsSchema, type RuntimeConfig, runtimeProblems, runtimeSchema } from "./runtime-schema.ts";

const defaults = {
  bridge: "cni-bridge0",
  qosClass: "best-effort",
  tunnel: "where-needed",
} as const;

const askedShape = { runtimeConfig: runtimeSchema.nullish(), args: argsSchema.nullish() };
const askedSchema = z.object(askedShape);

const requestSchema = z.strictObject(
  {
    ...configShape,
    ...askedShape,
    // Of any shape here: read by the version that it says it is of.
    prevResult: z.unknown().optional(),
  },
  { error: "expected an object" },
);
type Request = z.output<typeof requestSchema>;

/** What one request says: the network's configuration, and what the runtime asks for this attachment. */
export type CheckedConfig = Readonly<{ config: NetworkConfig; runtime: RuntimeConfig; args: Request["args"] }>;

/** Checks a request's JSON. Throws a CniError with code 7 that names the path of everything that is wrong with it. */
export function parseConfig(json: Readonly<Record<string, unknown>>): CheckedConfig {
  // The specification keeps these keys for itself (section 1: "reserved keys").
  const own = Object.fromEntries(Object.entries(json).filter(([key]) => !key.startsWith("cni.dev/")));
  const parsed = requestSchema.safeParse(own);
  if (!parsed.success)
    throw invalidConfig(
      problemsOf(parsed.error, (path) => keysAt(requestSchema, path)),
      json,
    );
  const request = parsed.data;
  const { sets, problems } = rangeSetsOf(request.ipam);
  const ranges = sets.flat().map(({ range }) => range);
  const families = new Set(ranges.map(({ subnet }) => subnet.family));
  const found: readonly ConfigProblem[] = [
    ...problems,
    ...sets.flat().flatMap(rangeProblems),
    ...setProblems(sets),
    ...routeProblems(request.ipam, ranges),
    ...mtuProblems(request.mtu ?? 0, families),
    ...runtimeProblems(request.runtimeConfig ?? {}),
  ];
  if (found.length > 0) throw invalidConfig(found, json);
  const rangeSets = sets.map((set) => set.map(({ range }) => toRangeConfig(range)));
  return { config: { ...networkOf(request), rangeSets }, runtime: request.runtimeConfig ?? {}, args: request.args };
}

/** What the runtime asks for an attachment, apart from the configuration; undefined where anything of it is wrong. */
export function parseAsked(json: Readonly<Record<string, unknown>>): Omit<CheckedConfig, "config"> | undefined {
  const { data } = askedSchema.safeParse(json);
  const runtime = data?.runtimeConfig ?? {};
  return data === undefined || runtimeProblems(runtime).length > 0 ? undefined : { runtime, args: data.args };
}

const networkOf = ({ name, bridge, mtu, ipam, dns, heddle }: Request): Omit<NetworkConfig, "rangeSets"> => ({
  name,
  bridge: bridge ?? defaults.bridge,
  mtu: mtu ?? 0,
  routes: ipam.routes ?? [],
  dns: { ...dns, nameservers: dns?.nameservers?.map(formatAddress) },
  databasePath: heddle?.database,
  clusterId: heddle?.cluster_id,
  qosClass: heddle?.default_qos_class ?? defaults.qosClass,
  tunnel: heddle?.tunnel ?? defaults.tunnel,
});
