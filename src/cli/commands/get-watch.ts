import { UsageError } from "../../base/index.ts";
import { type ClusterAnswer, type ClusterInfo, type KubeObject, type WatchedList } from "../../model/index.ts";
import { explainFailures, isNotFound } from "../failure.ts";
import { isKept, type ListFilters } from "../findings.ts";
import { type FleetCall } from "../fleet-call.ts";
import { type Entry } from "../output/entries.ts";
import { type OutputFormat } from "../output/format.ts";
import { tellNotKept } from "../output/not-kept.ts";
import { createEntryPrinter, type EntryPrinter } from "../output/print-entries.ts";
import { type Question } from "../question.ts";

type Answer = ClusterAnswer<WatchedList>;

/** How long the first lists of slow clusters are waited for, so that the table begins in the fleet's order. */
const firstListsMs = 1000;

/** `heddle get -w`: the list, then a row for every change, until the signal aborts. */
export async function watchObjects(
  call: FleetCall,
  question: Question,
  options: Readonly<{ filters: ListFilters; format: OutputFormat }>,
): Promise<never> {
  const { session, clusters, signal, ports } = call;
  const query = { ...question, clusters: clusters.map(({ id }) => id), ...options.filters };
  const watch = createWatch(call, options.format);
  // What goes wrong with the output is told by the next answer's `take`.
  const cancel = ports.clock.after(firstListsMs, () => void watch.begin().catch(() => {}));
  try {
    for await (const answer of session.reader.watch(query, signal)) await watch.take(answer);
  } finally {
    cancel();
    await watch.begin();
  }
  signal.throwIfAborted();
  throw new UsageError("the clusters told nothing to watch");
}

type Watch = Readonly<{ take(answer: Answer): Promise<void>; begin(): Promise<void> }>;

/** Holds the first answers back until every cluster has given one, or `begin` is called; then prints as they come. */
function createWatch(call: FleetCall, format: OutputFormat): Watch {
  const byId = new Map(call.clusters.map((cluster) => [cluster.id, cluster]));
  const held = new Map<string, Answer>();
  const told = new Set<string>();
  let begun = false;
  let printer: Promise<EntryPrinter> | undefined;
  let printing = Promise.resolve();
  let toldNotKept = false;

  /** One after the other, in the order of the calls. */
  const print = (answers: readonly Answer[]): Promise<void> => {
    printing = printing.then(async () => {
      for (const answer of answers) await printAnswer(answer);
    });
    return printing;
  };
  const begin = (): Promise<void> => {
    begun = true;
    const first = call.clusters.flatMap(({ id }) => held.get(id) ?? []);
    held.clear();
    return print(first);
  };
  return {
    begin,
    async take(answer) {
      if (!begun && held.has(answer.cluster)) await begin();
      if (begun) return print([answer]);
      held.set(answer.cluster, answer);
      if (held.size === call.clusters.length) await begin();
    },
  };

  async function printAnswer(answer: Answer): Promise<void> {
    if (!answer.ok) return tellFailure(answer);
    const { resource, objects, deleted } = answer.value;
    const cluster = byId.get(answer.cluster);
    if (cluster === undefined) return;
    printer ??= createEntryPrinter(call, format, resource);
    const kept = isKept(answer);
    const entries = [...objects, ...deleted].map((object: KubeObject): Entry => ({ cluster, object, kept }));
    toldNotKept ||= tellNotKept(call, format, entries);
    await (await printer).print(entries);
  }

  function tellFailure(answer: Extract<Answer, { ok: false }>): void {
    if (isNotFound(answer.error) && call.clusters.length > 1) return;
    const clusters: readonly ClusterInfo[] = call.clusters;
    for (const line of explainFailures([answer], clusters)) {
      if (!told.has(line)) call.output.note(line);
      told.add(line);
    }
  }
}
