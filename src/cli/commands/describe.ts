import { UsageError } from "../../base/index.ts";
import { type ClusterId, type KubeObject } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type DescribeContext } from "../describe/describer.ts";
import { describeEvents } from "../describe/events.ts";
import { renderFields } from "../describe/field.ts";
import { describerOf } from "../describe/registry.ts";
import { type Findings, findObjects, type ListFilters } from "../findings.ts";
import { type FleetCall, namespaceOf, tellDirect, withFleet } from "../fleet-call.ts";
import { type Entry, entriesOf } from "../output/entries.ts";
import { parseQuestions, type Question } from "../question.ts";

/** `heddle describe`: everything worth knowing of objects, with their Events. A name may be the beginning of one. */
export async function run(call: CommandCall): Promise<number> {
  const questions = parseQuestions(call.args, "describe");
  const named = questions.some(({ names }) => names !== undefined);
  if (named && call.flags.has("selector")) throw new UsageError("names and a selector exclude each other: give one");
  return withFleet(call, async (fleet) => {
    tellDirect(fleet);
    const { flags } = fleet;
    const filters = {
      namespace: namespaceOf(fleet),
      labelSelector: flags.text("selector"),
      live: flags.on("live"),
    };
    const findings = await findWithBeginnings(fleet, questions, filters);
    const entries = findings.sections.flatMap(entriesOf);
    for (const [index, entry] of entries.entries())
      await fleet.output.write((index === 0 ? "" : "\n\n") + (await describe(fleet, entry)));
    const untold = [...findings.failures, ...findings.missing];
    if (entries.length === 0 && untold.length === 0)
      fleet.output.note(
        filters.namespace === undefined
          ? "No resources found"
          : `No resources found in ${filters.namespace} namespace.`,
      );
    for (const line of untold) fleet.output.note(line);
    return untold.length === 0 ? 0 : 1;
  });
}

/** Names that no cluster has are taken for beginnings of names, as kubectl takes them. */
async function findWithBeginnings(
  fleet: FleetCall,
  questions: readonly Question[],
  filters: ListFilters,
): Promise<Findings> {
  const findings = await findObjects(fleet, questions, filters);
  const [question] = questions;
  if (findings.missing.length === 0 || questions.length > 1 || question?.names === undefined) return findings;
  const all = await findObjects(fleet, [{ kind: question.kind }], filters);
  const begins = ({ metadata }: KubeObject): boolean =>
    question.names?.some((name) => metadata.name.startsWith(name)) ?? false;
  const sections = all.sections.map((section) => ({
    ...section,
    parts: section.parts.map((part) => ({ ...part, objects: part.objects.filter(begins) })),
  }));
  const names = sections.flatMap(entriesOf).map(({ object }) => object.metadata.name);
  const foundAll = question.names.every((name) => names.some((found) => found.startsWith(name)));
  return foundAll ? { ...all, sections } : findings;
}

async function describe(fleet: FleetCall, { cluster, object, kept }: Entry): Promise<string> {
  const context: DescribeContext = {
    cluster: cluster.id,
    nowMs: fleet.ports.clock.nowMs(),
    kept,
    ask: (kind, filters) => askCluster(fleet, cluster.id, { kind, namespace: undefined, ...filters }),
  };
  const describer = await describerOf(object);
  const [fields, events] = await Promise.all([describer(object, context), describeEvents(object, context)]);
  return renderFields([...fields, events]);
}

async function askCluster(
  { session, signal }: FleetCall,
  cluster: ClusterId,
  query: Question & ListFilters,
): Promise<readonly KubeObject[]> {
  for await (const answer of session.reader.list({ ...query, clusters: [cluster] }, signal))
    return answer.value?.objects ?? [];
  return [];
}
