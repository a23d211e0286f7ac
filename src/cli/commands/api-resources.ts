import { UsageError } from "../../base/index.ts";
import { apiVersionOf, type ClusterId, type Resource, resourceName } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { explainFailures } from "../failure.ts";
import { gatherAnswers, withFleet } from "../fleet-call.ts";
import { createLayout } from "../output/layout.ts";

const formats = ["table", "wide", "name"];

/** `heddle api-resources`: every kind that the chosen clusters serve, and which of them where not all do. */
export async function run(call: CommandCall): Promise<number> {
  const format = call.flags.text("output") ?? "table";
  if (!formats.includes(format)) throw new UsageError(`-o ${format}: expected one of ${formats.join(", ")}`);
  const chosen = createFilter(call);
  return withFleet(call, async ({ session, clusters, signal, output, ports }) => {
    const ids = clusters.map(({ id }) => id);
    const { clock } = ports;
    const answers = await gatherAnswers(session.reader.resources(ids, signal), clusters, { clock, output });
    const served = answers.flatMap((answer) =>
      (answer.value ?? []).filter(chosen).map((resource) => ({ resource, cluster: answer.cluster })),
    );
    const kinds = [
      ...Map.groupBy(served, ({ resource }) => `${resource.group}/${resource.version}/${resource.plural}`).values(),
    ];
    kinds.sort(byGroupAndName);
    await output.write(
      format === "name" ? nameLines(kinds) : tableLines(kinds, { ids, wide: format === "wide", call }),
    );
    const failures = answers.flatMap((answer) => (answer.ok ? [] : [answer]));
    for (const line of explainFailures(failures, clusters)) output.note(line);
    return failures.length === 0 ? 0 : 1;
  });
}

type Served = Readonly<{ resource: Resource; cluster: ClusterId }>;

/** --api-group, --namespaced=…, --verbs, --categories: a kind has to meet all that are given. */
function createFilter({ flags }: CommandCall): (resource: Resource) => boolean {
  const group = flags.text("apiGroup");
  const namespaced = flags.text("namespaced");
  if (namespaced !== undefined && namespaced !== "true" && namespaced !== "false")
    throw new UsageError(`--namespaced ${namespaced}: expected true or false`);
  const verbs = flags.list("verbs");
  const categories = flags.list("categories");
  return (resource) =>
    (group === undefined || resource.group === group) &&
    (namespaced === undefined || String(resource.namespaced) === namespaced) &&
    verbs.every((verb) => resource.verbs.includes(verb)) &&
    categories.every((category) => resource.categories.includes(category));
}

function byGroupAndName(a: readonly Served[], b: readonly Served[]): number {
  const [left, right] = [a, b].map(([first]) => `${first?.resource.group} ${first?.resource.plural}`);
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

const nameLines = (kinds: readonly (readonly Served[])[]): string =>
  [...new Set(kinds.flatMap(([first]) => (first === undefined ? [] : [`${resourceName(first.resource)}\n`])))].join("");

type TableOptions = Readonly<{ ids: readonly ClusterId[]; wide: boolean; call: CommandCall }>;

function tableLines(kinds: readonly (readonly Served[])[], { ids, wide, call }: TableOptions): string {
  const headers = ["CLUSTERS", "NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
  const rows = kinds.map((served) => kindRow(served, ids, wide));
  const head = wide ? [...headers, "VERBS", "CATEGORIES"] : headers;
  return createLayout().lines(call.flags.on("noHeaders") ? rows : [head, ...rows]);
}

function kindRow(served: readonly Served[], ids: readonly ClusterId[], wide: boolean): readonly string[] {
  const resource = served[0]?.resource;
  if (resource === undefined) return [];
  return [
    served.length === ids.length ? "all" : ids.filter((id) => served.some(({ cluster }) => cluster === id)).join(","),
    resource.plural,
    resource.shortNames.join(","),
    apiVersionOf(resource),
    String(resource.namespaced),
    resource.kind,
    ...(wide ? [resource.verbs.join(","), resource.categories.join(",")] : []),
  ];
}
