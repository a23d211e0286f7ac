import { accessFromContext, type CredentialDeps, type Kubeconfig, listContexts } from "../../cluster/index.ts";
import { type ClusterId, parseClusterId } from "../../model/index.ts";
import { makeClusterIds } from "../cluster-ids.ts";
import { defaultLimits, defaultLive, defaultResources, fallbackNamespace } from "../config/model.ts";
import { createAccessSource } from "./access-source.ts";
import { chooseContexts, type ContextChoice, type ContextIdentity, explainGroup } from "./choose-contexts.ts";
import { fingerprint } from "./fingerprint.ts";
import { createKubeconfigSource, type KubeconfigSource } from "./kubeconfig-source.ts";
import { type FleetPlan, type PlannedCluster } from "./model.ts";
import { noCluster } from "./no-cluster.ts";

type Context = ContextIdentity & Readonly<{ file: string; namespace: string; server: string; way: string }>;

/** Every context of the files as a cluster; contexts of one server and one user are one. `choice` limits and names them. */
export async function planFromKubeconfig(
  paths: readonly string[],
  choice: ContextChoice,
  deps: CredentialDeps,
): Promise<FleetPlan> {
  const source = createKubeconfigSource(paths, deps.clock);
  const config = await source.read();
  const files = config.files.join(" and ");
  const contexts = contextsOf(config);
  if (contexts.length === 0) throw noCluster(`there is no context in ${files}`);
  const groups = chooseContexts(contexts, choice);
  // Ids come from all contexts: --context changes which clusters there are, not what they are called.
  const ids = new Map(makeClusterIds(contexts.map(({ name }) => name)).map((id, at) => [contexts[at]?.name, id]));
  const planned = await Promise.all(
    groups.map(({ chosen }) => planContext(chosen, { id: ids.get(chosen.name), source, deps })),
  );
  return {
    source: `${groups.length} ${groups.length === 1 ? "context" : "contexts"} of ${files}`,
    clusters: planned.map(({ cluster }) => cluster),
    notes: groups.flatMap((group) => explainGroup(group) ?? []),
    warnings: planned.flatMap(({ warnings }) => warnings),
    defaultNamespace: agreed(groups.map(({ chosen }) => chosen.namespace)) ?? fallbackNamespace,
    workerPoolSize: defaultLive.workerPoolSize,
    live: defaultLive,
  };
}

function contextsOf(config: Kubeconfig): readonly Context[] {
  return listContexts(config).map(({ name, cluster, user, namespace, server = "", file, current }) => {
    const identity = JSON.stringify([identityOf(config.clusters.get(cluster)) ?? name, user]);
    const way = wayOf(config.clusters.get(cluster), config.users.get(user));
    return { name, identity, current, file, server, way, namespace: namespace ?? fallbackNamespace };
  });
}

/** All that is written of a cluster and a user, but for what other tools keep there. */
function wayOf(cluster: ClusterEntry | undefined, user: UserEntry | undefined): string {
  const entries = [cluster, user].map((entry) => {
    const { extensions = [], ...fields } = entry?.fields ?? {};
    return [entry?.origin.file, fields, extensions.filter(({ name }) => name === pluginExtension)];
  });
  return fingerprint(entries);
}

/** The one extension that a credential plugin gets to see. */
const pluginExtension = "client.authentication.k8s.io/exec";

/**
 * What tells one server from another: its address; the name that TLS asks for, and the proxy on the way, behind which
 * one address may be many; and whom to trust, for a context that trusts another authority fails where the other works.
 */
function identityOf(cluster: ClusterEntry | undefined): unknown {
  const { fields, origin } = cluster ?? {};
  if (fields?.server === undefined) return undefined;
  const authority = fields["certificate-authority"];
  return [
    fields.server,
    fields["tls-server-name"],
    fields["proxy-url"]?.reveal(),
    fields["insecure-skip-tls-verify"],
    fields["certificate-authority-data"] ?? (authority && origin?.path(authority)),
  ];
}

type ClusterEntry = NonNullable<ReturnType<Kubeconfig["clusters"]["get"]>>;
type UserEntry = NonNullable<ReturnType<Kubeconfig["users"]["get"]>>;

/** The value that all have; undefined when they differ. */
function agreed(values: readonly string[]): string | undefined {
  const different = new Set(values);
  return different.size === 1 ? values[0] : undefined;
}

type ContextSurroundings = Readonly<{ id: ClusterId | undefined; source: KubeconfigSource; deps: CredentialDeps }>;

async function planContext(
  { name, file, server, way }: Context,
  { id, source, deps }: ContextSurroundings,
): Promise<Readonly<{ cluster: PlannedCluster; warnings: readonly string[] }>> {
  const { first, access } = await createAccessSource(async () => accessFromContext(await source.read(), name, deps));
  const info = { id: id ?? parseClusterId(name), name, server: first?.server ?? server };
  return {
    cluster: {
      info,
      origin: `context ${name} of ${file}`,
      limits: defaultLimits,
      resources: defaultResources,
      way,
      authority: first?.tls.ca,
      access,
    },
    warnings: (first?.warnings ?? []).map((warning) => `${info.id}: ${warning}`),
  };
}
