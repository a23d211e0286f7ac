import { type Clock } from "../base/index.ts";
import { type CommandCall } from "./command.ts";
import { type Output } from "./output/output.ts";
import { type FleetSession } from "./ports.ts";
import { type ClusterInfo } from "../model/index.ts";

/** An opened fleet, narrowed to the clusters that the call is about. */
export type FleetCall = CommandCall & Readonly<{ session: FleetSession; clusters: readonly ClusterInfo[] }>;

/** Opens the fleet, says its warnings, narrows by --clusters, runs `work`, and closes everything whatever happens. */
export async function withFleet<T>(call: CommandCall, work: (call: FleetCall) => Promise<T>): Promise<T> {
  await using session = await call.ports.open(call.fleet, call.signal);
  for (const warning of session.warnings) call.output.note(`warning: ${warning}`);
  const choice = call.flags.list("clusters").join(",");
  const clusters = choice === "" ? session.reader.clusters() : session.selectClusters(choice);
  return await work({ ...call, session, clusters });
}

/** The namespace that the flags mean: undefined is all of them. */
export function namespaceOf({ flags, session }: FleetCall): string | undefined {
  return flags.on("allNamespaces") ? undefined : (flags.text("namespace") ?? session.defaultNamespace);
}

/**
 * Every answer of `answers`. After a second of waiting, a terminal is told which clusters are missing; the line goes
 * away with the last of them.
 */
export async function gatherAnswers<T extends Readonly<{ cluster: string }>>(
  answers: AsyncIterable<T>,
  waitedFor: readonly ClusterInfo[],
  { clock, output }: Readonly<{ clock: Clock; output: Output }>,
): Promise<readonly T[]> {
  const missing = new Set<string>(waitedFor.map(({ id }) => id));
  let told = false;
  const tell = (): void => output.progress(missing.size === 0 ? "" : `waiting for ${[...missing].join(", ")} …`);
  const cancel = clock.after(1000, () => {
    told = true;
    tell();
  });
  const all: T[] = [];
  try {
    for await (const answer of answers) {
      all.push(answer);
      missing.delete(answer.cluster);
      if (told) tell();
    }
    return all;
  } finally {
    cancel();
    if (told) output.progress("");
  }
}
