import { type Status } from "../../model/index.ts";

const green = "\u001b[32m";
const yellow = "\u001b[33m";
const red = "\u001b[31m";

/** The escape sequence for a state: green when healthy, yellow on its way, red when not. */
export function colourOf(healthy: Status["healthy"]): string {
  if (healthy === "progressing") return yellow;
  return healthy ? green : red;
}
