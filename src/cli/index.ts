/**
 * cli: the `heddle` command line over a Reader: kubectl's habits for many clusters at once.
 *
 * Promises   results on stdout, everything else on stderr; exit code 0, 1 (something could not be had) or 2 (a mistake
 *            of the person); a failing cluster never hides another; nothing is loaded before its command is called.
 * Ordering   rows by the fleet's order of clusters, inside a cluster as its API server gave them, unless --sort-by.
 * Fails      never by throwing: `run` explains on stderr and answers with the exit code.
 * Is not     a client: it opens no connection and reads no file of its own; everything comes in through `CliPorts`.
 */
export type { AccessGap, AccessReport, CliInput, CliOutput, CliPorts, FleetOptions, FleetSession } from "./ports.ts";
export { createProgram, type Program } from "./program.ts";
