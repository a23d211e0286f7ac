import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf, UsageError } from "../../base/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { type ConfigDocument, parseConfigDocument, type Problem } from "./document.ts";
import { type Environment } from "./environment.ts";
import {
  type ClusterConfig,
  type ClusterSource,
  createSecret,
  defaultLimits,
  defaultLive,
  defaultResources,
  fallbackNamespace,
  type FleetConfig,
  type TlsConfig,
} from "./model.ts";
import { findOtherKeys, findProblems } from "./problems.ts";
import { type CheckedCluster, type CheckedConfig, configSchema } from "./schema.ts";

/** Where a configuration's text comes from, and what its `${NAME}` and `~` stand for. */
export type ConfigSurroundings = Readonly<{ env: Environment; home: string }>;

/** What messages call a text, and what it may say. */
export type ConfigSource = ConfigSurroundings &
  Readonly<{
    path: string;
    /** The file holds clusters and no settings: it was made by adding clusters to a running fleet. */
    clustersOnly?: boolean;
  }>;

/** Reads and checks a configuration file. Fails with one UsageError that tells every problem of the file. */
export async function loadConfig(path: string, surroundings: ConfigSurroundings): Promise<FleetConfig> {
  return parseConfig(await readText(path), { ...surroundings, path });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`the configuration ${path} cannot be read: ${messageOf(cause)}`, {
      code: "HEDDLE_CONFIG_UNREADABLE",
      cause,
    });
  }
}

/**
 * Checks a configuration's text. `path` is what messages call it; relative paths inside count from its folder. Fails
 * with HEDDLE_CONFIG_INVALID, a UsageError whose message has a line `file:line:column: key: what` for each problem.
 */
export function parseConfig(text: string, { env, home, path, clustersOnly = false }: ConfigSource): FleetConfig {
  const document = parseConfigDocument(text, env);
  const problems = [...findProblems(document), ...(clustersOnly ? findOtherKeys(document) : [])];
  if (problems.length > 0) throw invalidConfig(path, problems);
  return deepFreeze(toConfig(configSchema.parse(document.value), { document, path, home }));
}

function invalidConfig(path: string, problems: readonly Problem[]): UsageError {
  const lines = problems.map(({ position: { line, column }, key, message }) => {
    const place = `${path}:${line}:${column}`;
    return key === "" ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
  });
  const count = problems.length === 1 ? "an error" : `${problems.length} errors`;
  return new UsageError(`the configuration has ${count}:\n${lines.map((line) => `  ${line}`).join("\n")}`, {
    code: "HEDDLE_CONFIG_INVALID",
    details: { path, problems },
  });
}

type Context = Readonly<{ document: ConfigDocument; path: string; home: string }>;

function toConfig(checked: CheckedConfig, context: Context): FleetConfig {
  return {
    path: resolve(context.path),
    clusters: checked.clusters.map((cluster, index) => toCluster(cluster, index, context)),
    defaultNamespace: checked.default_namespace ?? fallbackNamespace,
    live: {
      enableCache: checked.enable_cache ?? defaultLive.enableCache,
      enableDiskCache: checked.enable_disk_cache ?? defaultLive.enableDiskCache,
      cacheTtlMs: checked.cache_ttl ?? defaultLive.cacheTtlMs,
      enableRelationships: checked.enable_relationships ?? defaultLive.enableRelationships,
      resyncPeriodMs: checked.resync_period ?? defaultLive.resyncPeriodMs,
      enableMutations: checked.enable_mutations ?? defaultLive.enableMutations,
      workerPoolSize: checked.worker_pool_size ?? defaultLive.workerPoolSize,
    },
  };
}

function toCluster(cluster: CheckedCluster, index: number, context: Context): ClusterConfig {
  const { id, name, environment, region, qps, burst, timeout, resources } = cluster;
  return {
    id: parseClusterId(id),
    name: name ?? id,
    ...(environment === undefined ? {} : { environment }),
    ...(region === undefined ? {} : { region }),
    source: toSource(cluster, context),
    tls: toTls(cluster, context),
    limits: {
      qps: qps ?? defaultLimits.qps,
      burst: burst ?? defaultLimits.burst,
      timeoutMs: timeout ?? defaultLimits.timeoutMs,
    },
    resources: {
      include: resources?.include ?? defaultResources.include,
      exclude: resources?.exclude ?? defaultResources.exclude,
    },
    line: context.document.keyPosition(["clusters", index]).line,
  };
}

function toSource(cluster: CheckedCluster, context: Context): ClusterSource {
  const { auth_method: method, kubeconfig_path, kubeconfig_context, api_server_url, service_account_token } = cluster;
  switch (method) {
    case "kubeconfig":
      return {
        method,
        path: toPath(kubeconfig_path ?? "", context),
        ...(kubeconfig_context === undefined ? {} : { context: kubeconfig_context }),
      };
    case "in_cluster":
      return { method };
    case "service_account":
    case "token":
      return {
        method,
        server: (api_server_url ?? "").replace(/\/+$/, ""),
        token:
          service_account_token === undefined
            ? { file: toPath(cluster.service_account_token_file ?? "", context) }
            : createSecret(service_account_token),
      };
  }
}

function toTls({ tls_config: tls }: CheckedCluster, context: Context): TlsConfig {
  const { insecure, ca_file, cert_file, key_file, server_name } = tls ?? {};
  return {
    ...(insecure === undefined ? {} : { insecure }),
    ...(ca_file === undefined ? {} : { caFile: toPath(ca_file, context) }),
    ...(cert_file === undefined ? {} : { certFile: toPath(cert_file, context) }),
    ...(key_file === undefined ? {} : { keyFile: toPath(key_file, context) }),
    ...(server_name === undefined ? {} : { serverName: server_name }),
  };
}

/** `~` is the home folder; what is relative counts from the configuration's folder. */
function toPath(text: string, { path, home }: Context): string {
  if (text === "~" || text.startsWith("~/")) return join(home, text.slice(1));
  return isAbsolute(text) ? text : resolve(dirname(path), text);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
