import { type Freshness } from "../freshness.ts";

/** One object as a table shows it. `told` counts the changes that were seen, `gone` is set when it was deleted. */
export type Row = Readonly<{
  id: string;
  status: string | null;
  reason: string | null;
  createdAt: string | null;
  attributes: Readonly<Record<string, unknown>>;
  told?: number;
  gone?: boolean;
}>;

export type ClusterFreshness = Readonly<{ cluster: Readonly<{ id: string }>; freshness: Freshness }>;

/** One page of rows, as the server answers. */
export type Page = Readonly<{ items: readonly Row[]; total: number; freshness: readonly ClusterFreshness[] }>;

/** What a change tells of a row. */
export type RowChange = Readonly<{ type: string; sequence: string | null; resource: Row | null }>;

const fields = /* GraphQL */ `
  id
  status
  reason
  createdAt
  attributes
`;

export const rowsDocument = /* GraphQL */ `
  query Rows($filter: ResourceFilter, $sort: ResourceSort, $offset: Int!, $limit: Int!) {
    resources(filter: $filter, sort: $sort, offset: $offset, limit: $limit) {
      total
      items { ${fields} }
      freshness {
        cluster {
          id
        }
        freshness {
          state
          since
        }
      }
    }
  }
`;

export const rowChangesDocument = /* GraphQL */ `
  subscription RowChanges($filter: ResourceFilter, $after: String) {
    resourceChanged(filter: $filter, after: $after) {
      type
      sequence
      resource { ${fields} }
    }
  }
`;
