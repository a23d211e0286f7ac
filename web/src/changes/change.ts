/** One change as the pages show it. */
export type Change = Readonly<{
  type: string;
  sequence: string | null;
  id: string | null;
  time: string | null;
  cluster: Readonly<{ id: string }> | null;
  resource: Readonly<{
    id: string;
    status: string | null;
    reason: string | null;
    attributes: Readonly<Record<string, unknown>>;
  }> | null;
}>;

const fields = /* GraphQL */ `
  type
  sequence
  id
  time
  cluster {
    id
  }
  resource {
    id
    status
    reason
    attributes
  }
`;

/** Changes as they come. */
export const changesDocument = /* GraphQL */ `
  subscription Changes($filter: ResourceFilter, $after: String) {
    resourceChanged(filter: $filter, after: $after) { ${fields} }
  }
`;

/** Changes that were, the last first. */
export const pastChangesDocument = /* GraphQL */ `
  query PastChanges($filter: ResourceFilter, $before: String, $limit: Int!) {
    changes(filter: $filter, before: $before, limit: $limit) {
      items { ${fields} }
      next
    }
  }
`;

/** Asked for its failure alone: which of the kinds is none that is held now. */
export const kindsKnownDocument = /* GraphQL */ `
  query KindsKnown($filter: ResourceFilter) {
    resourceCounts(filter: $filter, limit: 1) {
      total
    }
  }
`;

export type PastChanges = Readonly<{ changes: Readonly<{ items: readonly Change[]; next: string | null }> }>;

/** What a change is called, and by which sign it is seen at a glance. */
export const changeWords: Readonly<Record<string, Readonly<{ sign: string; says: string }>>> = {
  CREATED: { sign: "+", says: "created" },
  UPDATED: { sign: "~", says: "changed" },
  DELETED: { sign: "−", says: "deleted" },
  SYNCED: { sign: "⟳", says: "synced" },
  RESET: { sign: "!", says: "missed" },
};
