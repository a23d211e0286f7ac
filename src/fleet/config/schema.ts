import { z } from "zod";
import { isDnsLabel } from "../../model/index.ts";
import { parseDurationMs } from "./duration.ts";
import { authMethods } from "./model.ts";

/**
 * The file's shape, key by key, with the words for what each value must be. Which keys go together,
 * `method-rules` tells.
 */

const dayMs = 86_400_000;

const describe = <T extends z.ZodType>(expected: string, make: (error: string) => T): T => make(expected);

const text = describe("text that is not empty", (error) => z.string({ error }).trim().min(1, { error }));
const flag = z.boolean({ error: "true or false" });

const wholeNumber = (low: number, high: number): z.ZodType<number> =>
  describe(`a whole number from ${low} to ${high}`, (error) =>
    z.number({ error }).int({ error }).min(low, { error }).max(high, { error }));

/** Milliseconds; more than a day is a slip of the finger, and would not fit a timer one day. */
const duration = describe("a duration above 0 and up to 24h, such as 30s, 5m or 1h30m", (error) =>
  z
    .string({ error })
    .transform((value) => parseDurationMs(value) ?? Number.NaN)
    .refine((ms) => ms >= 1 && ms <= dayMs, { error }));

export const idWords =
  'a DNS label: lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit';

const dnsLabel = describe(idWords, (error) => z.string({ error }).refine(isDnsLabel, { error }));

const apiServerUrl = describe("an https URL without user, query and fragment, such as https://10.0.0.1:6443", (error) =>
  z.string({ error }).refine(isApiServerUrl, { error }));

function isApiServerUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.protocol !== "https:") return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

const kinds = describe("a list of kinds, such as [deployments, pods]", (error) => z.array(text, { error }));

const tlsConfig = z.strictObject(
  {
    insecure: flag.optional(),
    ca_file: text.optional(),
    cert_file: text.optional(),
    key_file: text.optional(),
    server_name: text.optional(),
  },
  { error: "keys and values" },
);

const resources = z.strictObject(
  { include: kinds.optional(), exclude: kinds.optional() },
  { error: "keys and values" },
);

const cluster = z.strictObject(
  {
    id: dnsLabel,
    name: text.optional(),
    environment: text.optional(),
    region: text.optional(),
    auth_method: z.enum(authMethods, { error: `one of ${authMethods.join(", ")}` }),
    kubeconfig_path: text.optional(),
    kubeconfig_context: text.optional(),
    api_server_url: apiServerUrl.optional(),
    service_account_token: text.optional(),
    service_account_token_file: text.optional(),
    tls_config: tlsConfig.optional(),
    qps: describe("a number from 0 (no limit) to 100000", (error) =>
      z.number({ error }).min(0, { error }).max(100_000, { error })).optional(),
    burst: wholeNumber(1, 100_000).optional(),
    timeout: duration.optional(),
    resources: resources.optional(),
  },
  { error: "keys and values" },
);

export const configSchema = z.strictObject(
  {
    clusters: z.array(cluster, { error: "a list of clusters" }),
    default_namespace: dnsLabel.optional(),
    enable_cache: flag.optional(),
    enable_disk_cache: flag.optional(),
    cache_ttl: duration.optional(),
    enable_relationships: flag.optional(),
    resync_period: duration.optional(),
    worker_pool_size: wholeNumber(1, 1_000).optional(),
    enable_mutations: flag.optional(),
  },
  { error: "keys and values" },
);

/** The file's values as checked, still under the file's names; durations in milliseconds. */
export type CheckedConfig = z.output<typeof configSchema>;
export type CheckedCluster = CheckedConfig["clusters"][number];
