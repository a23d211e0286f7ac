import { isHeddleError } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type KubeObject, type ObjectList, type Resource, type ResourceQuery } from "../../model/index.ts";
import { type Given } from "./answer.ts";
import { findKind } from "./find-kind.ts";
import { nameNotFound } from "./refusals.ts";

/** One kind's objects of one cluster; with names that do not all exist, those that do and the problem. */
export async function listObjects(
  cluster: Cluster,
  query: ResourceQuery,
  signal: AbortSignal,
): Promise<Given<ObjectList>> {
  const resource = await findKind(cluster, query.kind, signal);
  if (query.names !== undefined) return listNamed({ cluster, resource, query, signal }, query.names);
  const { objects } = await cluster.objects.list(resource, { ...filtersOf(query), signal });
  return { value: { resource, objects } };
}

const filtersOf = ({ namespace, labelSelector, fieldSelector, brief }: ResourceQuery) => ({
  namespace,
  labelSelector,
  fieldSelector,
  brief,
});

type Asked = Readonly<{ cluster: Cluster; resource: Resource; query: ResourceQuery; signal: AbortSignal }>;

async function listNamed(asked: Asked, names: readonly string[]): Promise<Given<ObjectList>> {
  const { resource, signal } = asked;
  const outcomes = await Promise.allSettled(names.map((name) => findNamed(asked, name)));
  signal.throwIfAborted();
  const objects = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
  const problems: unknown[] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const value = { resource, objects };
  if (problems.length === 0) return { value };
  // That the cluster could not be asked weighs more than that it does not have an object.
  return { value, problem: problems.find((error) => !isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) ?? problems[0] };
}

/** By GET where name and namespace are all that is asked; else by a list, which takes selectors and all namespaces. */
async function findNamed({ cluster, resource, query, signal }: Asked, name: string): Promise<readonly KubeObject[]> {
  const { namespace, labelSelector, fieldSelector } = query;
  const onePlace = !resource.namespaced || namespace !== undefined;
  if (onePlace && !labelSelector && !fieldSelector)
    return [await cluster.objects.get(resource, { namespace, name }, signal)];
  const { objects } = await cluster.objects.list(resource, {
    ...filtersOf(query),
    fieldSelector: fieldSelector ? `metadata.name=${name},${fieldSelector}` : `metadata.name=${name}`,
    signal,
  });
  if (objects.length > 0) return objects;
  throw nameNotFound(resource, name);
}
