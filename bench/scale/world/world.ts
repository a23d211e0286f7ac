import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeconfigText } from "../../../src/sim/index.ts";
import {
  type Fault,
  type Storm,
  type WorldAnswers,
  type WorldQuestion,
  type WorldSize,
  type WorldStarted,
} from "./model.ts";

/** A running world: simulated API servers in one process of their own. Disposing ends it. */
export type World = AsyncDisposable &
  WorldStarted &
  Readonly<{
    /** A file with a context a cluster. */
    kubeconfigPath: string;
    use(): Promise<WorldAnswers["use"]>;
    /** Resolves when all changes are made. */
    storm(storm: Storm): Promise<WorldAnswers["storm"]>;
    fault(fault: Fault): Promise<null>;
    versions(): Promise<WorldAnswers["versions"]>;
  }>;

export const portsOf = ({ clusters }: World): ReadonlySet<number> =>
  new Set(clusters.map(({ server }) => Number(new URL(server).port)));

/** Resolves when every object is there. Whatever it is asked rejects when the signal aborts. */
export async function startWorld(size: WorldSize, signal: AbortSignal): Promise<World> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  // Flags of this process, a test runner's for one, are not the world's.
  const child = fork(join(import.meta.dirname, "world-process.ts"), [JSON.stringify(size)], { execArgv: [] });
  const ended = once(child, "exit");
  parts.defer(async () => {
    if (child.connected) child.disconnect();
    await ended;
  });
  const died = ended.then(([code]) => Promise.reject(new Error(`the world's process ended with ${String(code)}`)));
  died.catch(() => {});
  const over = Promise.race([died, aborted(signal)]);
  over.catch(() => {});
  const [started] = (await Promise.race([once(child, "message", { signal }), died])) as [WorldStarted];
  const kubeconfigPath = join(folder, "kubeconfig");
  const entries = started.clusters.map(({ ca, ...cluster }) => ({ ...cluster, authority: ca }));
  await writeFile(kubeconfigPath, kubeconfigText(entries), { mode: 0o600 });
  const ask = askOf(child, over);
  const ending = parts.move();
  return {
    ...started,
    kubeconfigPath,
    use: () => ask({ ask: "use" }),
    storm: (storm) => ask({ ask: "storm", storm }),
    fault: (fault) => ask({ ask: "fault", fault }),
    versions: () => ask({ ask: "versions" }),
    [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose](),
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });

type Answer = Readonly<{ id: number; value?: unknown; error?: string }>;

function askOf(child: ReturnType<typeof fork>, over: Promise<never>) {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return async <Q extends WorldQuestion>(question: Q): Promise<WorldAnswers[Q["ask"]]> => {
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.send({ id, ...question });
    const { value, error } = await Promise.race([answered, over]);
    if (error !== undefined) throw new Error(error);
    return value as WorldAnswers[Q["ask"]];
  };
}
