import { nearestWord, UsageError } from "../base/index.ts";
import { type ClusterInfo } from "../model/index.ts";

/**
 * The clusters that --clusters means, in the fleet's order. Names (ids or names) add up; conditions (`env=`,
 * `environment=`, `region=`) narrow: a cluster is chosen when it is named or when it meets every condition, and one
 * key given twice accepts both values. No choice at all means every cluster. A name or condition that fits nothing
 * is a UsageError.
 */
export function chooseClusters(clusters: readonly ClusterInfo[], choice: readonly string[]): readonly ClusterInfo[] {
  if (choice.length === 0) return clusters;
  const named = new Set(choice.filter((part) => !part.includes("=")).map((name) => findCluster(clusters, name)));
  const conditions = readConditions(choice.filter((part) => part.includes("=")));
  const meets = (cluster: ClusterInfo): boolean =>
    conditions.size > 0 && [...conditions].every(([key, values]) => values.has(cluster[key] ?? ""));
  const chosen = clusters.filter((cluster) => named.has(cluster) || meets(cluster));
  if (chosen.length > 0) return chosen;
  throw new UsageError(`--clusters ${choice.join(",")} fits none of ${clusters.map(describeCluster).join(", ")}`);
}

type ConditionKey = "environment" | "region";
const conditionKeys: Readonly<Record<string, ConditionKey>> = {
  env: "environment",
  environment: "environment",
  region: "region",
};

function readConditions(parts: readonly string[]): ReadonlyMap<ConditionKey, ReadonlySet<string>> {
  const conditions = new Map<ConditionKey, Set<string>>();
  for (const part of parts) {
    const [name = "", value = ""] = part.split("=", 2);
    const key = Object.hasOwn(conditionKeys, name) ? conditionKeys[name] : undefined;
    if (key === undefined)
      throw new UsageError(`--clusters ${part}: expected a cluster's id or name, env=… or region=…`);
    conditions.set(key, (conditions.get(key) ?? new Set()).add(value));
  }
  return conditions;
}

function findCluster(clusters: readonly ClusterInfo[], name: string): ClusterInfo {
  const found = clusters.find(({ id }) => id === name) ?? clusters.find((cluster) => cluster.name === name);
  if (found !== undefined) return found;
  const names = clusters.flatMap((cluster) =>
    cluster.name === cluster.id ? [cluster.id] : [cluster.id, cluster.name],
  );
  const near = nearestWord(name, names);
  throw new UsageError(
    `there is no cluster "${name}"${near === undefined ? "" : `; did you mean "${near}"?`} Clusters: ${names.join(", ")}`,
  );
}

const describeCluster = ({ id, environment, region }: ClusterInfo): string => {
  const traits = [environment && `env=${environment}`, region && `region=${region}`].filter(Boolean);
  return traits.length === 0 ? id : `${id} (${traits.join(", ")})`;
};
