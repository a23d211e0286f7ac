import { text } from "node:stream/consumers";
import { HeddleError } from "../../base/index.ts";
import { type ContainerTarget, type ExecOptions, type LogOptions, type PodStreams } from "../../model/index.ts";

/** What was asked of a pod, for a test to look at. */
export type PodCall =
  | Readonly<{ do: "logs"; target: ContainerTarget; options: LogOptions }>
  | Readonly<{
      do: "exec" | "attach";
      target: ContainerTarget;
      command: readonly string[];
      stdin: string;
      tty: boolean;
    }>
  | Readonly<{ do: "forward"; pod: string; port: number; localPort: number; localAddress: string | undefined }>;

/** Pod streams in memory: logs by container, commands that end with `exitCode` after writing what they read. */
export function createMemoryPods(
  calls: PodCall[],
  logs: Readonly<Record<string, string | HeddleError>> = {},
  exitCode = 0,
): PodStreams {
  const run = async (kind: "exec" | "attach", target: ContainerTarget, options: Omit<ExecOptions, "command">) => {
    const command = "command" in options ? (options as ExecOptions).command : [];
    const stdin = options.stdin === undefined ? "" : await text(options.stdin);
    calls.push({ do: kind, target, command, stdin, tty: options.tty ?? false });
    options.stdout?.write(stdin);
    return { exitCode };
  };
  return {
    async logs(target, options = {}) {
      calls.push({ do: "logs", target, options });
      const log = logs[`${target.pod}/${target.container ?? ""}`] ?? "";
      if (log instanceof HeddleError) throw log;
      return inPieces(log);
    },
    exec: (target, options) => run("exec", target, options),
    attach: (target, options) => run("attach", target, options),
    async portForward({ pod, port, localPort, localAddress }) {
      calls.push({ do: "forward", pod, port, localPort, localAddress });
      return {
        localAddress: localAddress ?? "",
        localPort: localPort || 40_000,
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

/** Chunks that end anywhere but at the ends of lines. */
async function* inPieces(log: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(log);
  for (let start = 0; start < bytes.length; start += 5) yield bytes.subarray(start, start + 5);
}
