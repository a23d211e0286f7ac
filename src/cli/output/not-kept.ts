import { type FleetCall } from "../fleet-call.ts";
import { type Entry } from "./entries.ts";
import { type OutputFormat } from "./format.ts";

/**
 * Says that Secrets are shown without their values where the server that answered keeps none: a script that reads one
 * must not take it for empty. Whether it was said.
 */
export function tellNotKept(
  { output }: Pick<FleetCall, "output">,
  format: OutputFormat,
  entries: readonly Entry[],
): boolean {
  if (format.kind === "table" || format.kind === "name" || !entries.some(isKeptSecret)) return false;
  output.note("warning: the server keeps no values of Secrets, they are left out: --live asks the clusters for them");
  return true;
}

const isKeptSecret = ({ kept, object }: Entry): boolean =>
  kept && object.kind === "Secret" && object.apiVersion === "v1";
