/**
 * cli: the `heddle` command line over a Reader: kubectl's habits for many clusters at once.
 *
 * Promises   results on stdout, everything else on stderr; exit code 0, 1 (something could not be had) or 2 (a mistake
 *            of the person); a failing cluster never hides another; nothing is loaded before its command is called.
 * Ordering   rows by the fleet's order of clusters, inside a cluster as its API server gave them, unless --sort-by.
 * Fails      never by throwing: `run` explains on stderr and answers with the exit code.
 * Is not     a client of clusters: it opens connections to a Heddle server only, where the composition root hands them
 *            in, and reads no file that no one named; everything else comes in through `CliPorts`.
 */
export type { AgentPort, AgentStart, RunningAgent } from "./agent/port.ts";
export type {
  AccessGap,
  AccessReport,
  CliInput,
  CliOutput,
  CliPorts,
  DemoOptions,
  DemoWorld,
  FleetOptions,
  FleetSession,
  ServedSession,
  ServeOptions,
  Serving,
  SyncProgress,
} from "./ports.ts";
export { agentSpec } from "./agent/spec.ts";
export { createProgram, type Program } from "./program.ts";
export { commandSpecs } from "./specs.ts";
export type { CommandSpec } from "./command.ts";
export { createServerApi } from "./server/api.ts";
export { connectToServer, type ServerConnection, type ServerEntrance } from "./server/connection.ts";
export type { ChangeDelivery, ChangeFilter, RelationsQuestion, ServerApi } from "./server/model.ts";
export { createServerReader } from "./server/reader.ts";
