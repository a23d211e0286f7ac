import { type Builder } from "./builder.ts";
import { changeFilterOf, type ChangeNode, changeOf, type ChangeType } from "./change-node.ts";
import { type GraphqlContext } from "./context.ts";
import { storedNode } from "./node.ts";
import { sequenceOf } from "../routes/changes.ts";
import { type FilterInput, storeQueryOf } from "./questions.ts";
import { type addFilter } from "./queries.ts";

/** Objects a page of the starting snapshot. */
const snapshotPage = 500;

/** What can be followed. */
export function addSubscriptions(builder: Builder, change: ChangeType, filter: ReturnType<typeof addFilter>): void {
  builder.subscriptionFields((t) => ({
    resourceChanged: t.field({
      type: change,
      description:
        "Changes as they come; with `snapshot`, first everything that is (SNAPSHOT each, then SNAPSHOT_DONE), without a gap between the two: what changed meanwhile may be told twice. RESET: some were missed, so subscribe anew.",
      args: {
        filter: t.arg({ type: filter, required: false }),
        snapshot: t.arg.boolean({ defaultValue: false }),
        after: t.arg.string({ required: false, description: "Only what came after this `sequence`." }),
      },
      subscribe: (_root, { filter, snapshot, after }, context) =>
        follow(context, {
          filter: filter ?? {},
          snapshot: snapshot ?? false,
          after: after ?? undefined,
        }),
      resolve: (told) => told,
    }),
  }));
}

type Wanted = Readonly<{ filter: FilterInput; snapshot: boolean; after: string | undefined }>;

async function* follow({ deps, signal }: GraphqlContext, wanted: Wanted): AsyncGenerator<ChangeNode> {
  const { filter, snapshot } = wanted;
  const isAskedFor = changeFilterOf(deps, filter);
  // Before the snapshot is taken: what changes while it is taken is told after it.
  const from = wanted.after === undefined ? deps.catalog.log.bounds().last : sequenceOf(wanted.after);
  if (snapshot) yield* snapshotOf(deps, filter, signal);
  for await (const delivery of deps.changes.follow({ after: from, signal })) {
    if (delivery.type === "missed") yield { type: "RESET", sequence: String(delivery.to) };
    else for (const record of delivery.records) if (isAskedFor(record)) yield changeOf(record);
  }
}

async function* snapshotOf(
  deps: GraphqlContext["deps"],
  filter: FilterInput,
  signal: AbortSignal,
): AsyncGenerator<ChangeNode> {
  const query = storeQueryOf(deps, filter);
  let cursor: string | undefined;
  do {
    const page = await deps.store.query({ ...query, limit: snapshotPage, cursor }, signal);
    for (const stored of page.objects)
      yield { type: "SNAPSHOT", cluster: stored.ref.cluster, resource: storedNode(stored) };
    cursor = page.next;
  } while (cursor !== undefined);
  yield { type: "SNAPSHOT_DONE" };
}
