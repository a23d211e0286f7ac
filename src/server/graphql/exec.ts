import { Writable } from "node:stream";
import { acting } from "../acting.ts";
import { ServerError } from "../failures.ts";
import { type GraphqlContext } from "./context.ts";
import { type Optional } from "./questions.ts";

/** What a command may say on each of its outputs; the rest is thrown away, and told. */
const outputLimitBytes = 1024 * 1024;

export type ExecOutcome = Readonly<{ stdout: string; stderr: string; exitCode: number; cut: boolean }>;

/** Runs a command without input or terminal, and waits for its end. */
export async function runCommand(
  context: GraphqlContext,
  args: Readonly<{ cluster: string; namespace: string; pod: string; command: readonly string[] }> &
    Optional<{ container: string; timeoutSeconds: number }>,
): Promise<ExecOutcome> {
  const { namespace, pod, command } = args;
  const container = args.container ?? undefined;
  const timeoutMs = Math.max(1, args.timeoutSeconds ?? 60) * 1000;
  const what = { action: "exec" as const, cluster: args.cluster, kind: "Pod", namespace, name: pod, command };
  return await acting(context, what, async ({ pods }) => {
    const [stdout, stderr] = [createSink(), createSink()];
    const tooLong = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([context.signal, tooLong]);
    const { exitCode } = await pods
      .exec({ namespace, pod, container }, { command, stdout: stdout.stream, stderr: stderr.stream, signal })
      .catch((error: unknown) => {
        if (!tooLong.aborted || context.signal.aborted) throw error;
        throw new ServerError(
          504,
          "HEDDLE_SERVER_EXEC_TIMEOUT",
          `the command did not end within ${timeoutMs / 1000} s, and may run on: give it more (timeoutSeconds)`,
        );
      });
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode, cut: stdout.cut() || stderr.cut() };
  });
}

/** Keeps the first MiB, and goes on reading: a command must not wait for a reader. */
function createSink() {
  const pieces: Buffer[] = [];
  let [bytes, cut] = [0, false];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      const room = outputLimitBytes - bytes;
      if (piece.length > room) cut = true;
      if (room > 0) pieces.push(piece.subarray(0, room));
      bytes += Math.min(room, piece.length);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(pieces).toString("utf8"), cut: () => cut };
}
