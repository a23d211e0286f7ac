import { abortable, HeddleError, nearestWord } from "../../base/index.ts";
import {
  type ClusterAnswer,
  type ClusterId,
  type ClusterInfo,
  type ClusterSummary,
  type Freshness,
  type KubeObject,
  type ObjectList,
  parseClusterId,
  type Reader,
  type Resource,
  resourceName,
  type ResourceQuery,
  splitApiVersion,
  stringAt,
  unknownHealth,
  type WatchedList,
} from "../../model/index.ts";

/** One cluster kept in memory. Times come from the fleet's clock. */
export type MemoryCluster = Readonly<{
  info: Partial<Omit<ClusterInfo, "id">> & Readonly<{ id: string }>;
  objects?: readonly KubeObject[];
  /** Every answer is this error. */
  failure?: HeddleError;
  /** Kinds that only this cluster serves, beside those of its objects. */
  resources?: readonly Resource[];
  summary?: Partial<ClusterSummary>;
  /** Of every answer; default: asked just now. */
  freshness?: Freshness;
  /** Answers only after this resolves. */
  ready?: Promise<unknown>;
  /** Told after the first list to whoever watches. */
  changes?: AsyncIterable<Pick<WatchedList, "objects" | "deleted">>;
}>;

/** A Reader over objects in memory: kinds are what the objects say, plus the ones every cluster has. */
export function createMemoryReader(clusters: readonly MemoryCluster[]): Reader {
  const byId = new Map(clusters.map((cluster) => [cluster.info.id, cluster]));
  const cluster = (id: ClusterId): MemoryCluster => byId.get(id) ?? { info: { id } };
  return {
    clusters: () => clusters.map(({ info }) => infoOf(info)),
    async *summaries(ids) {
      for (const id of ids) {
        const { info, summary, ready } = cluster(id);
        await ready;
        yield { info: infoOf(info), health: unknownHealth, ...summary };
      }
    },
    resources: (ids, signal) => eachCluster(ids, signal, async (id) => resourcesOf(cluster(id))),
    async *list(query, signal) {
      for await (const answer of eachCluster(query.clusters, signal, async (id) => listIn(cluster(id), query)))
        yield answer.ok ? { ...answer, freshness: cluster(answer.cluster).freshness ?? answer.freshness } : answer;
    },
    async *watch(query, signal) {
      for (const id of query.clusters) {
        const listed = await abortable(
          answer(id, async () => listIn(cluster(id), query)),
          signal,
        );
        if (!listed.ok) yield { cluster: id, ok: false, error: listed.error };
        else yield { ...listed, value: { ...listed.value, initial: true, deleted: [] } };
      }
      for (const id of query.clusters) {
        const { changes } = cluster(id);
        const resource = findResource(cluster(id), query.kind);
        if (changes === undefined || resource === undefined) continue;
        for await (const change of changes) {
          const value: WatchedList = { resource, initial: false, ...change };
          yield { cluster: id, ok: true, freshness: { state: "direct" }, value };
        }
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      signal.throwIfAborted();
    },
  };
}

async function* eachCluster<T>(
  ids: readonly ClusterId[],
  signal: AbortSignal,
  ask: (id: ClusterId) => Promise<T>,
): AsyncIterable<ClusterAnswer<T>> {
  const pending = new Map(ids.map((id) => [id, answer(id, () => ask(id))]));
  while (pending.size > 0) {
    const next = await abortable(Promise.race(pending.values()), signal);
    pending.delete(next.cluster);
    yield next;
  }
}

async function answer<T>(cluster: ClusterId, ask: () => Promise<T>): Promise<ClusterAnswer<T>> {
  try {
    return { cluster, ok: true, value: await ask(), freshness: { state: "direct" } };
  } catch (error) {
    if (error instanceof PartlyFound) return { cluster, ok: false, error: error.error, value: error.value as T };
    if (error instanceof HeddleError) return { cluster, ok: false, error };
    throw error;
  }
}

class PartlyFound extends Error {
  readonly error: HeddleError;
  readonly value: unknown;

  constructor(error: HeddleError, value: unknown) {
    super(error.message);
    this.error = error;
    this.value = value;
  }
}

async function listIn(cluster: MemoryCluster, query: ResourceQuery): Promise<ObjectList> {
  await cluster.ready;
  if (cluster.failure !== undefined) throw cluster.failure;
  const inCategory = resourcesOf(cluster).filter(({ categories }) => categories.includes(query.kind));
  if (inCategory.length > 0) throw severalKinds(query.kind, inCategory);
  const resource = findResource(cluster, query.kind);
  if (resource === undefined) throw unknownKind(cluster, query.kind);
  const objects = (cluster.objects ?? []).filter(
    (object) =>
      object.kind === resource.kind &&
      splitApiVersion(object.apiVersion).group === resource.group &&
      (query.namespace === undefined || !resource.namespaced || object.metadata.namespace === query.namespace) &&
      (query.names === undefined || query.names.includes(object.metadata.name)) &&
      matches(query.labelSelector, (key) => object.metadata.labels?.[key]) &&
      matches(query.fieldSelector, (key) => stringAt(object, ...key.split("."))),
  );
  const missing = query.names?.find((name) => objects.every(({ metadata }) => metadata.name !== name));
  if (missing !== undefined) throw new PartlyFound(notFound(resource, missing), { resource, objects });
  return { resource, objects };
}

/** Equality and inequality: what the commands ask for themselves. */
const matches = (selector: string | undefined, valueOf: (key: string) => string | undefined): boolean =>
  (selector ?? "").split(",").every((part) => {
    const [key = "", value] = part.split(/!?=/);
    return part === "" || (valueOf(key) === value) !== part.includes("!=");
  });

function severalKinds(kind: string, resources: readonly Resource[]): HeddleError {
  const kinds = resources.map(resourceName);
  return new HeddleError(`"${kind}" means several kinds`, {
    code: "HEDDLE_FLEET_SEVERAL_KINDS",
    details: { kind, kinds },
  });
}

function unknownKind(cluster: MemoryCluster, kind: string): HeddleError {
  const near = nearestWord(
    kind,
    resourcesOf(cluster).map(({ plural }) => plural),
  );
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return new HeddleError(`the server has no resource type "${kind}"${hint}`, { code: "HEDDLE_CLUSTER_UNKNOWN_KIND" });
}

function notFound(resource: Resource, name: string): HeddleError {
  const message = `${resourceName(resource)} "${name}" not found`;
  const details = { name, group: resource.group, kind: resource.plural };
  const status = { kind: "Status", status: "Failure", reason: "NotFound", code: 404, message, details };
  return new HeddleError(message, { code: "HEDDLE_CLUSTER_NOT_FOUND", details: { status } });
}

function findResource(cluster: MemoryCluster, kind: string): Resource | undefined {
  const word = kind.toLowerCase();
  return resourcesOf(cluster).find(
    (resource) =>
      resource.plural === word ||
      resource.singular === word ||
      resource.kind.toLowerCase() === word ||
      resourceName(resource) === word ||
      resource.shortNames.includes(word),
  );
}

function resourcesOf({ objects = [], resources = [] }: MemoryCluster): readonly Resource[] {
  const known = new Map([...everywhere, ...resources].map((resource) => [resourceName(resource), resource]));
  for (const { apiVersion, kind, metadata } of objects) {
    const { group, version } = splitApiVersion(apiVersion);
    const plural = `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}`;
    const made = resource({ group, version, kind, plural, namespaced: metadata.namespace !== undefined });
    if ([...known.values()].every((other) => other.kind !== kind || other.group !== group))
      known.set(resourceName(made), made);
  }
  return [...known.values()];
}

/** A Resource from what matters about it; the rest as usual. */
export function resource(given: Partial<Resource> & Pick<Resource, "kind">): Resource {
  const singular = given.kind.toLowerCase();
  const usual = { group: "", version: "v1", plural: `${singular}s`, singular, namespaced: true, shortNames: [] };
  const verbs = ["get", "list", "watch"];
  return { ...usual, verbs, categories: [], subresources: [], ...given };
}

const inAll = { categories: ["all"] };
const everywhere: readonly Resource[] = [
  resource({ kind: "Pod", shortNames: ["po"], ...inAll }),
  resource({ kind: "Service", shortNames: ["svc"], ...inAll }),
  resource({ kind: "Node", shortNames: ["no"], namespaced: false }),
  resource({ kind: "Namespace", shortNames: ["ns"], namespaced: false }),
  resource({ kind: "Event", shortNames: ["ev"] }),
  resource({ kind: "ConfigMap", shortNames: ["cm"] }),
  resource({ kind: "Deployment", group: "apps", shortNames: ["deploy"], ...inAll }),
  resource({ kind: "ReplicaSet", group: "apps", shortNames: ["rs"], ...inAll }),
  resource({
    kind: "CustomResourceDefinition",
    group: "apiextensions.k8s.io",
    shortNames: ["crd"],
    namespaced: false,
  }),
];

const infoOf = (info: MemoryCluster["info"]): ClusterInfo => ({
  name: info.id,
  server: `https://${info.id}.test:6443`,
  ...info,
  id: parseClusterId(info.id),
});
