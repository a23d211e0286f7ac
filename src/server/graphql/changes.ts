import { rememberedSeconds } from "../metrics/rate.ts";
import { type ServerDeps } from "../model.ts";
import { sequenceOf } from "../routes/changes.ts";
import { type Builder } from "./builder.ts";
import { type ChangeNode, changeFilterOf, changeOf, type ChangeType } from "./change-node.ts";
import { type GraphqlContext } from "./context.ts";
import { type addFilter } from "./queries.ts";
import { checkLimit, type FilterInput, invalid } from "./questions.ts";

/** Changes that are looked at for one page, most of which a filter may leave out. */
const looksAPage = 5_000;
const slice = 200;

type ChangePage = Readonly<{ items: readonly ChangeNode[]; next: string | null }>;

type Told = ReturnType<ServerDeps["counts"]["rate"]["last"]>;

/** How often something changes. */
export function addChangeRate(builder: Builder): void {
  const rate = builder.objectRef<Told>("ChangeRate").implement({
    fields: (t) => ({
      until: t.string({
        description: "When the last of these seconds ended (RFC 3339).",
        resolve: ({ untilMs }) => new Date(untilMs).toISOString(),
      }),
      counts: t.intList({ description: "A second each, oldest first.", resolve: ({ counts }) => [...counts] }),
    }),
  });
  builder.queryField("changeRate", (t) =>
    t.field({
      type: rate,
      description: "How many changes were told in each of the last seconds, since this server runs.",
      args: { seconds: t.arg.int({ defaultValue: 180 }) },
      resolve: (_root, { seconds }, { deps }) => {
        if (seconds != null && (seconds < 1 || seconds > rememberedSeconds))
          throw invalid(`seconds must be from 1 to ${rememberedSeconds}, not ${seconds}`);
        return deps.counts.rate.last(seconds ?? 180);
      },
    }),
  );
}

/** The log's end, read backwards. */
export function addChanges(builder: Builder, change: ChangeType, filter: ReturnType<typeof addFilter>): void {
  const page = builder.objectRef<ChangePage>("ChangePage").implement({
    fields: (t) => ({
      items: t.field({ type: [change], resolve: ({ items }) => [...items] }),
      next: t.string({
        nullable: true,
        description: "The `before` of the page that follows; null where the log begins.",
        resolve: ({ next }) => next,
      }),
    }),
  });
  builder.queryField("changes", (t) =>
    t.field({
      type: page,
      description: `What changed, newest first, as far back as the log goes. At most ${looksAPage} changes are looked at for a page: with a filter it may be short, or empty, though \`next\` goes on.`,
      args: {
        filter: t.arg({ type: filter, required: false }),
        before: t.arg.string({ required: false, description: "Only what came before this `sequence`." }),
        limit: t.arg.int({ defaultValue: 100 }),
      },
      resolve: (_root, { filter, before, limit }, context) =>
        readBack(context, { filter: filter ?? {}, before: before ?? undefined, limit: checkLimit(limit ?? 100) }),
    }),
  );
}

type Wanted = Readonly<{ filter: FilterInput; before: string | undefined; limit: number }>;

async function readBack(
  { deps, pause, spend, signal }: GraphqlContext,
  { filter, before, limit }: Wanted,
): Promise<ChangePage> {
  const isAskedFor = changeFilterOf(deps, filter);
  const items: ChangeNode[] = [];
  let from = before === undefined ? Number.MAX_SAFE_INTEGER : sequenceOf(before);
  for (let looked = 0; looked < looksAPage;) {
    signal.throwIfAborted();
    const records = await deps.catalog.log.readBack(from, looked === 0 ? Math.min(limit, slice) : slice);
    if (records.length === 0) return { items, next: null };
    for (const record of records) {
      from = record.sequence;
      looked += 1;
      if (!isAskedFor(record)) continue;
      items.push(changeOf(record));
      spend(1);
      if (items.length === limit) return { items, next: from > deps.catalog.log.bounds().first ? String(from) : null };
      for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
    }
    for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
  }
  return { items, next: String(from) };
}
