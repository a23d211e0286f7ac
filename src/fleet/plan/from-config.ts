import { basename } from "node:path";
import {
  accessFromContext,
  type ClusterAccess,
  type CredentialDeps,
  inClusterAccess,
  overrideTls,
  tokenAccess,
} from "../../cluster/index.ts";
import { UsageError } from "../../base/index.ts";
import { type ClusterInfo } from "../../model/index.ts";
import { type ClusterConfig, type ClusterSource, type FleetConfig } from "../config/model.ts";
import { createAccessSource } from "./access-source.ts";
import { fingerprint } from "./fingerprint.ts";
import { createKubeconfigSource, type KubeconfigSource } from "./kubeconfig-source.ts";
import { type FleetPlan, type PlannedCluster } from "./model.ts";
import { noCluster } from "./no-cluster.ts";

/** The clusters that a configuration file describes. One whose way in cannot be read is planned all the same. */
export async function planFromConfig(config: FleetConfig, deps: CredentialDeps): Promise<FleetPlan> {
  const { path, clusters, defaultNamespace, live } = config;
  if (clusters.length === 0) throw noCluster(`${path} lists none`);
  const paths = new Set(clusters.flatMap(({ source }) => (source.method === "kubeconfig" ? [source.path] : [])));
  const sources = new Map([...paths].map((path) => [path, createKubeconfigSource([path], deps.clock)]));
  const planned = await Promise.all(clusters.map((cluster) => planCluster(cluster, { path, sources, deps })));
  return {
    source: `${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"} of ${path}`,
    clusters: planned.map(({ cluster }) => cluster),
    notes: [],
    warnings: planned.flatMap(({ warnings }) => warnings),
    defaultNamespace,
    workerPoolSize: live.workerPoolSize,
    live,
  };
}

type Surroundings = Readonly<{
  path: string;
  sources: ReadonlyMap<string, KubeconfigSource>;
  deps: CredentialDeps;
}>;

async function planCluster(
  config: ClusterConfig,
  { path, sources, deps }: Surroundings,
): Promise<Readonly<{ cluster: PlannedCluster; warnings: readonly string[] }>> {
  const { id, name, environment, region, source, tls, limits, resources, line } = config;
  const { first, access } = await createAccessSource(async () => {
    const { method } = source;
    if (method === "service_account" || method === "token") return bearerAccess(source, config, deps);
    const plain = method === "kubeconfig" ? await contextAccess(source, sources, deps) : await inClusterAccess(deps);
    return overrideTls(plain, tls, deps);
  });
  const info: ClusterInfo = {
    id,
    name,
    ...(environment !== undefined && { environment }),
    ...(region !== undefined && { region }),
    server: first?.server ?? ("server" in source ? source.server : ""),
  };
  return {
    cluster: {
      info,
      origin: `${basename(path)}:${line} (${described(source)})`,
      limits,
      resources,
      way: fingerprint([source, tls]),
      authority: first?.tls.ca,
      access,
    },
    warnings: (first?.warnings ?? []).map((warning) => `${id}: ${warning}`),
  };
}

function described(source: ClusterSource): string {
  if (source.method !== "kubeconfig") return source.method;
  return `${source.context === undefined ? "current context" : `context ${source.context}`} of ${source.path}`;
}

type KubeconfigWay = Extract<ClusterSource, { method: "kubeconfig" }>;
type BearerWay = Extract<ClusterSource, { method: "service_account" | "token" }>;

/** The named context, else the file's own current one: never one of another file. */
async function contextAccess(
  { path, context }: KubeconfigWay,
  sources: ReadonlyMap<string, KubeconfigSource>,
  deps: CredentialDeps,
): Promise<ClusterAccess> {
  const config = await (sources.get(path) ?? createKubeconfigSource([path], deps.clock)).read();
  const name = context ?? config.currentContext;
  if (name !== undefined) return accessFromContext(config, name, deps);
  throw new UsageError(`${path} has no current-context; name one of its contexts as kubeconfig_context`, {
    code: "HEDDLE_KUBECONFIG_CONTEXT_UNKNOWN",
  });
}

const bearerAccess = (
  { server, token }: BearerWay,
  { tls }: ClusterConfig,
  deps: CredentialDeps,
): Promise<ClusterAccess> =>
  tokenAccess({ server, tls, ...("file" in token ? { tokenFile: token.file } : { token: token.reveal() }) }, deps);
