import { UsageError } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type Findings, findObjects, type Part } from "../findings.ts";
import { type FleetCall, namespaceOf, withFleet } from "../fleet-call.ts";
import { parseOutputFormat } from "../output/format.ts";
import { entriesOf } from "../output/entries.ts";
import { printFindings } from "../output/print.ts";
import { parseQuestions } from "../question.ts";
import { aboutObject, lastSeenMs } from "../tables/event.ts";

/**
 * `heddle events [kind/name]`: Kubernetes' own Events, the oldest first, asked of the clusters when wanted: they are too
 * many and too short-lived to be kept.
 */
export async function run(call: CommandCall): Promise<number> {
  const { args, flags } = call;
  const format = await parseOutputFormat(flags.text("output"));
  const about = args.length === 0 ? [] : parseQuestions(args, "events");
  if (about.some(({ names }) => names === undefined))
    throw new UsageError(`heddle events takes objects: heddle events deploy/web; all of a namespace without arguments`);
  return withFleet(call, async (fleet) => {
    const found = about.length === 0 ? undefined : await findObjects(fleet, about, { namespace: namespaceOf(fleet) });
    const findings = found === undefined ? await eventsOfNamespace(fleet) : await eventsAbout(fleet, found);
    const wanted = onlyTypes(findings, flags.list("types"));
    const sorted = inTime(wanted);
    await printFindings(sorted, format, { ...fleet, single: false });
    return tell(fleet, sorted, [...(found?.failures ?? []), ...(found?.missing ?? []), ...findings.failures]);
  });
}

const eventsOfNamespace = (fleet: FleetCall): Promise<Findings> =>
  findObjects(fleet, [{ kind: "events" }], { namespace: namespaceOf(fleet), live: true });

/** Each object's Events, from its own cluster. */
async function eventsAbout(fleet: FleetCall, found: Findings): Promise<Findings> {
  const each = found.sections.flatMap(entriesOf).map(({ cluster, object }) => {
    const { namespace = "default" } = object.metadata;
    const filters = { namespace, fieldSelector: aboutObject(object), live: true };
    return findObjects({ ...fleet, clusters: [cluster] }, [{ kind: "events" }], filters);
  });
  const all = await Promise.all(each);
  return {
    kinds: 1,
    sections: mergeSections(all),
    failures: [...new Set(all.flatMap(({ failures }) => failures))],
    missing: [],
  };
}

function mergeSections(all: readonly Findings[]): Findings["sections"] {
  const sections = all.flatMap(({ sections: own }) => own);
  const [first] = sections;
  return first === undefined ? [] : [{ ...first, parts: sections.flatMap(({ parts }) => parts) }];
}

const onlyTypes = (findings: Findings, types: readonly string[]): Findings =>
  types.length === 0
    ? findings
    : mapParts(findings, (parts) => parts.map((part) => ({ ...part, objects: part.objects.filter(isOf(types)) })));

const isOf =
  (types: readonly string[]) =>
  (event: KubeObject): boolean =>
    types.some((type) => type.toLowerCase() === String(event["type"]).toLowerCase());

/** In the order of time over all clusters: what happened next is often elsewhere. */
function inTime(findings: Findings): Findings {
  return mapParts(findings, (parts) =>
    parts
      .flatMap((part) => part.objects.map((event) => ({ ...part, objects: [event], atMs: lastSeenMs(event) })))
      .sort((a, b) => a.atMs - b.atMs),
  );
}

const mapParts = (findings: Findings, change: (parts: readonly Part[]) => readonly Part[]): Findings => ({
  ...findings,
  sections: findings.sections.map((section) => ({ ...section, parts: change(section.parts) })),
});

function tell({ output, ...fleet }: FleetCall, { sections }: Findings, untold: readonly string[]): number {
  const namespace = namespaceOf({ output, ...fleet });
  const empty = sections.every(({ parts }) => parts.every(({ objects }) => objects.length === 0));
  if (empty && untold.length === 0)
    output.note(namespace === undefined ? "No events found" : `No events found in ${namespace} namespace.`);
  for (const line of untold) output.note(line);
  return untold.length === 0 ? 0 : 1;
}
