import { PassThrough } from "node:stream";
import { anySignal, createManualClock, HeddleError, type ManualClock } from "../../base/index.ts";
import { type ClusterInfo, type PodStreams } from "../../model/index.ts";
import {
  type AccessReport,
  type CliPorts,
  commandSpecs,
  createProgram,
  type FleetOptions,
  type ServerApi,
} from "../index.ts";
import { createMemoryReader, type MemoryCluster } from "./memory-fleet.ts";

export type CliResult = Readonly<{ code: number; stdout: string; stderr: string; opened: readonly FleetOptions[] }>;

export type CliSurroundings = Readonly<{
  terminal?: boolean;
  env?: Readonly<Record<string, string>>;
  clock?: ManualClock;
  signal?: AbortSignal;
  stdin?: PassThrough;
  notes?: readonly string[];
  warnings?: readonly string[];
  podStreams?: (cluster: string) => PodStreams;
  access?: Readonly<Record<string, AccessReport>>;
  /** What a running server answers; without it there is none. */
  server?: Partial<ServerApi>;
  /** Whether it watches the clusters; default true. */
  cached?: boolean;
  serve?: CliPorts["serve"];
  directBecause?: string;
  browse?: CliPorts["browse"];
  agent?: CliPorts["agent"];
  /** Interrupts the command once everything that it wrote so far satisfies this. */
  stopWhen?: (stdout: string, stderr: string) => boolean;
}>;

/** The time of every in-memory fleet: objects of the tests are made relative to it. */
export const testNowMs = Date.parse("2026-01-01T00:00:00Z");

/** Runs one command line, split at spaces, on an in-memory fleet. */
export async function runCli(
  line: string | readonly string[],
  clusters: readonly MemoryCluster[],
  surroundings: CliSurroundings = {},
): Promise<CliResult> {
  const { terminal = false, env = {}, clock = createManualClock(testNowMs) } = surroundings;
  const stdout = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: terminal, columns: 200, rows: 50 });
  const stderr = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: terminal });
  const written = { stdout: "", stderr: "" };
  const stop = new AbortController();
  const collect = (stream: "stdout" | "stderr") => (text: string) => {
    written[stream] += text;
    if (surroundings.stopWhen?.(written.stdout, written.stderr)) stop.abort();
  };
  stdout.on("data", collect("stdout"));
  stderr.on("data", collect("stderr"));
  const opened: FleetOptions[] = [];
  const program = createProgram(
    {
      open: async (options) => {
        opened.push(options);
        return createSession(clusters, surroundings);
      },
      async openServer(options) {
        opened.push(options);
        const { server } = surroundings;
        if (server === undefined) throw new HeddleError("no Heddle server runs", { code: "HEDDLE_SERVER_UNREACHABLE" });
        return {
          ...createSession(clusters, surroundings),
          server: { ...noServer, ...server },
          cached: surroundings.cached ?? true,
        };
      },
      async serve(options, signal) {
        opened.push(options.fleet);
        if (surroundings.serve === undefined) throw new HeddleError("nothing to serve", { code: "HEDDLE_FLEET_EMPTY" });
        return surroundings.serve(options, signal);
      },
      browse: surroundings.browse ?? (async () => unasked()),
      agent: surroundings.agent ?? { start: unasked, status: unasked, attachments: unasked, uninstall: unasked },
      version: "1.2.3",
      stdout,
      stderr,
      stdin: surroundings.stdin ?? new PassThrough(),
      env,
      clock,
    },
    commandSpecs,
  );
  const code = await program.run(
    typeof line === "string" ? line.split(" ") : line,
    anySignal(surroundings.signal, stop.signal),
  );
  return { code, ...written, opened };
}

const unasked = (): never => {
  throw new HeddleError("the test's server does not answer this", { code: "HEDDLE_SERVER_UNREACHABLE" });
};
const noServer: ServerApi = {
  address: "http://127.0.0.1:7433",
  status: unasked,
  pageUrl: unasked,
  clusters: unasked,
  addCluster: unasked,
  removeCluster: unasked,
  relations: unasked,
  recentChanges: unasked,
  changes: unasked,
  graphql: unasked,
};

function createSession(clusters: readonly MemoryCluster[], surroundings: CliSurroundings) {
  const { notes, warnings, podStreams, access, directBecause } = surroundings;
  const reader = createMemoryReader(clusters);
  const means = ({ id, environment }: ClusterInfo, part: string): boolean =>
    part === id || part === `env=${environment}`;
  return {
    reader,
    ...(directBecause === undefined ? {} : { directBecause }),
    selectClusters: async (choice: string) =>
      reader.clusters().filter((cluster) => choice.split(",").some((part) => means(cluster, part))),
    source: "memory",
    defaultNamespace: "default",
    notes: notes ?? [],
    warnings: warnings ?? [],
    podStreams: async (cluster: string) => {
      if (podStreams === undefined) throw new Error(`no pod streams for ${cluster}`);
      return podStreams(cluster);
    },
    checkAccess: async (cluster: string) => {
      const report = access?.[cluster];
      if (report === undefined) throw new HeddleError("cannot reach it", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
      return report;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
