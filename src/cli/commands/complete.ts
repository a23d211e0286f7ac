import { type CommandCall } from "../command.ts";
import { type Candidate, completeLine } from "../complete/candidates.ts";
import { createKnown } from "../complete/known.ts";
import { type PartialLine, readPartialLine } from "../complete/line.ts";
import { createFlags } from "../flags.ts";
import { withFleet } from "../fleet-call.ts";
import { fleetOptions } from "../fleet-options.ts";
import { globalFlags } from "../global-flags.ts";

/** Someone waits with a finger on the tab key: what has not answered by then is left out. */
const patienceMs = 2500;

/** `heddle __complete -- words`: candidates for the last word, one a line. Never fails: no candidates is an answer. */
export async function run(call: CommandCall): Promise<number> {
  const line = readPartialLine(call.args, call.commands, globalFlags);
  try {
    const candidates = await candidatesFor(call, line);
    await call.output.write(candidates.map(candidateLine).join(""));
  } catch {
    // Messages would stand in the middle of the line that is being typed.
    call.signal.throwIfAborted();
  }
  return 0;
}

const candidateLine = ({ text, about }: Candidate): string =>
  about === undefined || about === "" ? `${text}\n` : `${text}\t${about.replaceAll(/\s+/g, " ")}\n`;

async function candidatesFor(call: CommandCall, line: PartialLine): Promise<readonly Candidate[]> {
  const flags = createFlags(
    Object.fromEntries(Object.entries(line.flags).map(([name, values]) => [name, valueOf(values)])),
  );
  const patience = new AbortController();
  const cancel = call.ports.clock.after(patienceMs, () => patience.abort());
  const output = { ...call.output, note: () => {} };
  const signal = AbortSignal.any([call.signal, patience.signal]);
  const known = createKnown((work) => withFleet({ ...call, flags, fleet: fleetOptions(flags), output, signal }, work));
  try {
    return await completeLine(line, { commands: call.commands, globalFlags }, known);
  } finally {
    cancel();
  }
}

const valueOf = (values: readonly (string | true)[]): unknown =>
  values.every((value) => value === true) ? true : values.filter((value) => value !== true);
