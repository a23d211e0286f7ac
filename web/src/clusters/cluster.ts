import { type Freshness } from "../freshness.ts";

/** One cluster as its pages show it. */
export type Cluster = Readonly<{
  id: string;
  name: string;
  state: string;
  reason: string;
  environment: string | null;
  region: string | null;
  server: string;
  version: string | null;
  nodes: number | null;
  nodesReady: number | null;
  namespaces: number | null;
  objects: number;
  synced: boolean;
  lastSuccess: string | null;
  freshness: Freshness | null;
}>;

const fields = /* GraphQL */ `
  id
  name
  state
  reason
  environment
  region
  server
  version
  nodes
  nodesReady
  namespaces
  objects
  synced
  lastSuccess
  freshness {
    state
    since
  }
`;

export const clustersDocument = /* GraphQL */ `
  query Clusters {
    clusters { ${fields} }
  }
`;

/** One cluster with its kinds, namespaces and what is wrong in it. */
export const clusterDocument = /* GraphQL */ `
  query Cluster($ids: [ID!]!, $wrong: ResourceFilter!, $filter: ResourceFilter!) {
    clusters(ids: $ids) { ${fields} }
    kinds: resourceCounts(filter: $filter, by: [KIND, HEALTH], limit: 2000) {
      groups {
        group
        kind
        health
        count
      }
    }
    namespaces: resourceCounts(filter: $filter, by: [NAMESPACE, HEALTH], limit: 2000) {
      groups {
        namespace
        health
        count
      }
    }
    wrong: resources(filter: $wrong, sort: { by: "age" }, limit: 20) {
      total
      items {
        id
        status
        reason
        createdAt
      }
    }
  }
`;

/** The order of the table: by what is asked, the other way round, equal ones by id. Pure. */
export function sortClusters(clusters: readonly Cluster[], by: string, descending: boolean): readonly Cluster[] {
  const valueOf = sortable[by] ?? sortable["cluster"];
  if (valueOf === undefined) return clusters;
  const sign = descending ? -1 : 1;
  return clusters.toSorted((a, b) => sign * compare(valueOf(a), valueOf(b)) || compare(a.id, b.id));
}

const states = ["Failed", "Degraded", "Unknown", "Connected"];

const sortable: Readonly<Record<string, (cluster: Cluster) => string | number>> = {
  cluster: ({ id }) => id,
  state: ({ state }) => states.indexOf(state),
  freshness: ({ freshness }) => freshness?.state ?? "",
  version: ({ version }) => version ?? "",
  nodes: ({ nodes }) => nodes ?? -1,
  namespaces: ({ namespaces }) => namespaces ?? -1,
  objects: ({ objects }) => objects,
  answered: ({ lastSuccess }) => lastSuccess ?? "",
};

/** By what clusters can be sorted. */
export const sortWords: readonly string[] = Object.keys(sortable);

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a cluster is meant by what was typed: a part of its name, environment, region, state or version. Pure. */
export const isMeant = ({ id, environment, region, state, version }: Cluster, typed: string): boolean =>
  [id, environment ?? "", region ?? "", state, version ?? ""].some((text) =>
    text.toLowerCase().includes(typed.toLowerCase()),
  );
