import { UsageError } from "../../base/index.ts";
import { type CommandCall } from "../command.ts";
import { type Findings, findObjects, type ListFilters } from "../findings.ts";
import { type FleetCall, namespaceOf, tellDirect, withFleet } from "../fleet-call.ts";
import { entriesOf } from "../output/entries.ts";
import { type OutputFormat, parseOutputFormat } from "../output/format.ts";
import { tellNotKept } from "../output/not-kept.ts";
import { parseQuestions, type Question } from "../question.ts";
import { printFindings } from "../output/print.ts";

/** `heddle get`: objects of every chosen cluster, in kubectl's words. */
export async function run(call: CommandCall): Promise<number> {
  const questions = parseQuestions(call.args, "get");
  const format = await parseOutputFormat(call.flags.text("output"));
  refuseContradictions(call, questions);
  const single = questions.length === 1 && questions[0]?.names?.length === 1;
  return withFleet(call, async (fleet) => {
    tellDirect(fleet);
    const filters = {
      namespace: namespaceOf(fleet),
      labelSelector: fleet.flags.text("selector"),
      fieldSelector: fleet.flags.text("fieldSelector"),
      brief: (format.kind === "table" || format.kind === "name") && !fleet.flags.has("sortBy"),
      live: fleet.flags.on("live"),
    };
    if (fleet.flags.on("watch")) return watchOne(fleet, questions, { filters, format });
    const findings = await findObjects(fleet, questions, filters);
    await printFindings(findings, format, { ...fleet, single });
    tellNotKept(fleet, format, findings.sections.flatMap(entriesOf));
    return tell(findings, fleet);
  });
}

async function watchOne(
  fleet: FleetCall,
  [question, ...others]: readonly Question[],
  options: Readonly<{ filters: ListFilters; format: OutputFormat }>,
): Promise<number> {
  if (question === undefined || others.length > 0) throw new UsageError("-w watches one kind: give one");
  if (fleet.flags.has("sortBy")) throw new UsageError("-w shows changes as they come: leave --sort-by out");
  const { watchObjects } = await import("./get-watch.ts");
  return watchObjects(fleet, question, options);
}

function refuseContradictions({ flags }: CommandCall, questions: readonly Question[]): void {
  if (questions.every(({ names }) => names === undefined)) return;
  if (flags.has("selector") || flags.has("fieldSelector"))
    throw new UsageError("names and a selector exclude each other: give one of them");
  if (flags.on("allNamespaces"))
    throw new UsageError("an object cannot be looked up by name in all namespaces: give its namespace with -n");
}

function tell(findings: Findings, fleet: FleetCall): number {
  const { output, flags } = fleet;
  const missing = flags.on("ignoreNotFound") ? [] : findings.missing;
  const empty = findings.sections.every(({ parts }) => parts.every(({ objects }) => objects.length === 0));
  if (empty && missing.length === 0 && findings.failures.length === 0 && !flags.on("ignoreNotFound"))
    output.note(emptyWords(findings, fleet));
  for (const line of [...findings.failures, ...missing]) output.note(line);
  return missing.length + findings.failures.length === 0 ? 0 : 1;
}

function emptyWords({ sections }: Findings, fleet: FleetCall): string {
  const namespace = namespaceOf(fleet);
  const namespaced = sections.some(({ resource }) => resource.namespaced);
  return namespace === undefined || !namespaced
    ? "No resources found"
    : `No resources found in ${namespace} namespace.`;
}
