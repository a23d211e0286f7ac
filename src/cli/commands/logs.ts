import { UsageError } from "../../base/index.ts";
import { containerNames, defaultContainer, type LogOptions } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { type Flags } from "../flags.ts";
import { type FleetCall, withFleet } from "../fleet-call.ts";
import { parseTime } from "../format/age.ts";
import { parseDuration } from "../format/duration.ts";
import { type Entry } from "../output/entries.ts";
import { choiceWords, namedContainer } from "../pods/containers.ts";
import { findPods, type FoundPods, selectPods } from "../pods/find-pods.ts";
import { type LogSource, writeLog } from "../pods/log-source.ts";

/** `heddle logs`: logs of pods, of all pods of a workload or a selector, of several clusters side by side. */
export async function run(call: CommandCall): Promise<number> {
  const { args, flags } = call;
  const selector = flags.text("selector");
  const [word, container, ...others] = args;
  if ((word === undefined) === (selector === undefined) || others.length > 0)
    throw new UsageError("heddle logs takes one pod, one kind/name, or a selector: heddle logs deploy/web");
  const options = logOptions(flags);
  return withFleet(call, async (fleet) => {
    const found = selector === undefined ? await findPods(fleet, word ?? "") : await selectPods(fleet, selector);
    const sources = found.pods.flatMap((entry) => sourcesOf(fleet, entry, { container, pods: found.pods }));
    const failures = flags.on("follow")
      ? await Promise.all(sources.map((source) => writeLog(fleet, source, options)))
      : await inTurn(sources, (source) => writeLog(fleet, source, options));
    return tell(
      fleet,
      found,
      failures.filter((failure) => failure !== undefined),
    );
  });
}

function logOptions(flags: Flags): LogOptions {
  const since = flags.text("since");
  const sinceTime = flags.text("sinceTime");
  if (since !== undefined && sinceTime !== undefined)
    throw new UsageError("--since and --since-time: give one of them");
  // Of many pods at once, kubectl shows the ends only.
  const tail = flags.text("tail") ?? (flags.has("selector") ? "10" : "-1");
  if (!/^-?\d+$/.test(tail)) throw new UsageError(`--tail ${tail}: expected a number of lines, -1 for all`);
  return {
    follow: flags.on("follow"),
    previous: flags.on("previous"),
    timestamps: flags.on("timestamps"),
    ...(since === undefined ? {} : { sinceSeconds: Math.max(1, Math.ceil(parseDuration(since, "--since") / 1000)) }),
    ...(sinceTime === undefined ? {} : { sinceTime: checkedTime(sinceTime) }),
    ...(Number(tail) < 0 ? {} : { tailLines: Number(tail) }),
  };
}

function checkedTime(text: string): string {
  if (parseTime(text) !== undefined) return text;
  throw new UsageError(`--since-time ${text}: expected a time like 2026-01-02T15:04:05Z`);
}

type Choice = Readonly<{ container: string | undefined; pods: readonly Entry[] }>;

function sourcesOf(fleet: FleetCall, entry: Entry, { container, pods }: Choice): readonly LogSource[] {
  const { flags, output } = fleet;
  const pod = entry.object;
  const named = flags.text("container") ?? container;
  const several = pods.some(({ cluster }) => cluster.id !== pods[0]?.cluster.id);
  const source = (name: string | undefined): LogSource => ({
    entry,
    container: name,
    prefix: prefixOf(entry, name, { cluster: several, asked: flags.on("prefix") }),
  });
  if (flags.on("allContainers")) return containerNames(pod).map(source);
  if (named !== undefined) return [source(namedContainer(pod, named))];
  const words = pods.length === 1 ? choiceWords(pod) : undefined;
  if (words !== undefined) output.note(words);
  return [source(defaultContainer(pod))];
}

/** "[pod/web-1/web] " as kubectl's, and the cluster before it where there are several. */
function prefixOf(
  { cluster, object }: Entry,
  container: string | undefined,
  wanted: Readonly<{ cluster: boolean; asked: boolean }>,
): string {
  if (!wanted.cluster && !wanted.asked) return "";
  const pod = `pod/${object.metadata.name}${container === undefined ? "" : `/${container}`}`;
  return wanted.cluster ? `[${cluster.id} ${pod}] ` : `[${pod}] `;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function tell({ output, flags, session }: FleetCall, { pods, untold }: FoundPods, failures: readonly string[]): number {
  const lines = [...untold, ...failures];
  if (pods.length === 0 && lines.length === 0)
    output.note(`No resources found in ${flags.text("namespace") ?? session.defaultNamespace} namespace.`);
  for (const line of lines) output.note(line);
  return lines.length === 0 ? 0 : 1;
}
