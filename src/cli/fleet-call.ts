import { type Clock } from "../base/index.ts";
import { type CommandCall } from "./command.ts";
import { type Output } from "./output/output.ts";
import { type FleetSession, type ServedSession } from "./ports.ts";
import { type ClusterInfo } from "../model/index.ts";

/** An opened fleet, narrowed to the clusters that the call is about. */
export type FleetCall = CommandCall & Readonly<{ session: FleetSession; clusters: readonly ClusterInfo[] }>;

/** The same with a running server behind it. */
export type ServedCall = FleetCall & Readonly<{ session: ServedSession }>;

/** Opens the fleet, says its warnings, narrows by --clusters, runs `work`, and closes everything whatever happens. */
export async function withFleet<T>(call: CommandCall, work: (call: FleetCall) => Promise<T>): Promise<T> {
  await using session = await call.ports.open(call.fleet, call.signal);
  return await work({ ...call, session, clusters: await begin(call, session) });
}

/** As `withFleet`, for what only a running server can answer: without one it fails, saying how to start one. */
export async function withServer<T>(call: CommandCall, work: (call: ServedCall) => Promise<T>): Promise<T> {
  await using session = await call.ports.openServer(call.fleet, call.signal);
  return await work({ ...call, session, clusters: await begin(call, session) });
}

async function begin({ flags, output }: CommandCall, session: FleetSession): Promise<readonly ClusterInfo[]> {
  for (const warning of session.warnings) output.note(`warning: ${warning}`);
  const choice = flags.list("clusters").join(",");
  return choice === "" ? session.reader.clusters() : session.selectClusters(choice);
}

/** Says once that the clusters are asked themselves where a server could have answered at once. */
export function tellDirect({ output, session }: FleetCall): void {
  if (session.directBecause !== undefined) output.note(`${session.directBecause}: asking the clusters themselves`);
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
