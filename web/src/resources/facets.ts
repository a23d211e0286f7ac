/** How many objects there are of each kind, cluster, namespace or status, under the other filters. */
export const facetDocument = /* GraphQL */ `
  query Facet($filter: ResourceFilter, $by: [CountBy!]!) {
    resourceCounts(filter: $filter, by: $by, limit: 1000) {
      total
      cut
      groups {
        cluster
        group
        kind
        namespace
        status
        health
        count
      }
    }
  }
`;

export type FacetGroup = Readonly<{
  cluster: string | null;
  group: string | null;
  kind: string | null;
  namespace: string | null;
  status: string | null;
  health: string | null;
  count: number;
}>;

export type Facet = Readonly<{
  resourceCounts: Readonly<{ total: number; cut: boolean; groups: readonly FacetGroup[] }>;
}>;

export type FacetName = "KIND" | "CLUSTER" | "NAMESPACE" | "STATUS" | "HEALTH";
