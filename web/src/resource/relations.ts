/** One end of a relation; where it does not exist only its name is known. */
export type End = Readonly<{
  id: string;
  exists: boolean;
  status: string | null;
  reason: string | null;
  attributes: Readonly<Record<string, unknown>>;
}>;

/** "source type target", and why. */
export type Relation = Readonly<{ type: string; because: string; source: End; target: End }>;

const end = /* GraphQL */ `
  id
  exists
  status
  reason
  attributes
`;

export const relationsDocument = /* GraphQL */ `
  query Relations($id: ID!, $depth: Int!, $direction: Direction!, $limit: Int!) {
    resource(id: $id) {
      id
      relationships(depth: $depth, direction: $direction, limit: $limit) {
        type
        because
        source { ${end} }
        target { ${end} }
      }
    }
  }
`;

export type RelationsAnswer = Readonly<{
  resource: Readonly<{ id: string; relationships: readonly Relation[] }> | null;
}>;

/** "runs_on" as it is read between two names, and the other way round. */
const words: Readonly<Record<string, readonly [forth: string, back: string]>> = {
  owned_by: ["owned by", "owns"],
  manages: ["manages", "managed by"],
  runs_on: ["runs on", "runs"],
  uses: ["uses", "used by"],
  bound_to: ["bound to", "bound by"],
  selects: ["selects", "selected by"],
  routes_to: ["routes to", "routed from"],
  scales: ["scales", "scaled by"],
  binds: ["binds", "bound by"],
  attached_to: ["attached to", "attaches"],
  in_namespace: ["in namespace", "holds"],
  instance_of: ["instance of", "has instance"],
};

/** A relation's name as one reads it from its source, or from its target. */
export function relationWords(type: string, from: "source" | "target"): string {
  const known = words[type];
  if (known === undefined) return type.replaceAll("_", " ");
  return from === "source" ? known[0] : known[1];
}
