import { type CountBy, type CountGroup, type StoreCounts } from "../../inventory/index.ts";
import { type Builder } from "./builder.ts";
import { type addFilter } from "./queries.ts";
import { checkLimit, storeQueryOf } from "./questions.ts";

/** Groups of one answer. */
const groupsLimit = 5_000;

const words = {
  CLUSTER: "cluster",
  KIND: "kind",
  NAMESPACE: "namespace",
  STATUS: "status",
  HEALTH: "health",
} as const satisfies Readonly<Record<string, CountBy>>;

type Counted = StoreCounts & Readonly<{ limit: number }>;

/** How many objects there are, by what they share. */
export function addCounts(builder: Builder, filter: ReturnType<typeof addFilter>): void {
  const by = builder.enumType("CountBy", { values: ["CLUSTER", "KIND", "NAMESPACE", "STATUS", "HEALTH"] as const });
  const counts = addAnswer(builder);
  builder.queryField("resourceCounts", (t) =>
    t.field({
      type: counts,
      description: "How many objects of the store meet the filter, by none, some or all of these.",
      args: {
        filter: t.arg({ type: filter, required: false }),
        by: t.arg({ type: [by], defaultValue: [] }),
        limit: t.arg.int({ defaultValue: 1_000, description: "Groups of the answer, the largest ones." }),
      },
      resolve: async (_root, { filter, by, limit }, { deps, spend, signal }): Promise<Counted> => {
        const most = checkLimit(limit ?? 1_000, groupsLimit);
        const asked = (by ?? []).map((word) => words[word]);
        const found = await deps.store.count(storeQueryOf(deps, filter ?? {}), asked, signal);
        spend(Math.min(most, found.groups.length));
        return { ...found, limit: most };
      },
    }),
  );
}

function addAnswer(builder: Builder) {
  const group = builder.objectRef<CountGroup>("ResourceCount").implement({
    description: "What was not counted by is null, and what these objects do not have.",
    fields: (t) => ({
      cluster: t.id({ nullable: true, resolve: ({ cluster }) => cluster ?? null }),
      group: t.string({ nullable: true, description: "Of `kind`.", resolve: ({ kind }) => kind?.group ?? null }),
      kind: t.string({ nullable: true, resolve: ({ kind }) => kind?.kind ?? null }),
      namespace: t.string({ nullable: true, resolve: ({ namespace }) => namespace ?? null }),
      status: t.string({ nullable: true, resolve: ({ status }) => status ?? null }),
      health: t.string({ nullable: true, resolve: ({ health }) => health ?? null }),
      count: t.exposeInt("count"),
    }),
  });
  return builder.objectRef<Counted>("ResourceCounts").implement({
    fields: (t) => ({
      total: t.exposeInt("total"),
      cut: t.boolean({ description: "There are more groups.", resolve: ({ groups, limit }) => groups.length > limit }),
      groups: t.field({
        type: [group],
        description: "The largest first.",
        resolve: ({ groups, limit }) => groups.slice(0, limit),
      }),
    }),
  });
}
