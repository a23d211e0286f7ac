import { type Freshness } from "../freshness.ts";

export type Condition = Readonly<{
  type: string;
  status: string;
  reason: string | null;
  message: string | null;
  lastTransitionTime: string | null;
}>;

/** One object with everything that its page shows. */
export type Resource = Readonly<{
  id: string;
  uid: string | null;
  version: string | null;
  status: string | null;
  reason: string | null;
  createdAt: string | null;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  attributes: Readonly<Record<string, unknown>>;
  conditions: readonly Condition[];
  freshness: Freshness | null;
  cluster: Readonly<{ id: string; state: string; reason: string }>;
}>;

export const resourceDocument = /* GraphQL */ `
  query Resource($id: ID!) {
    resource(id: $id) {
      id
      uid
      version
      status
      reason
      createdAt
      labels
      annotations
      attributes
      conditions {
        type
        status
        reason
        message
        lastTransitionTime
      }
      freshness {
        state
        since
      }
      cluster {
        id
        state
        reason
      }
    }
  }
`;

/** How many of its kind there are where an object is missed; fails where its cluster or kind is not known. */
export const othersDocument = /* GraphQL */ `
  query Others($filter: ResourceFilter) {
    resourceCounts(filter: $filter, limit: 1) {
      total
    }
  }
`;

export type ResourceAnswer = Readonly<{ resource: Resource | null }>;
