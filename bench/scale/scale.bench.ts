import { messageOf } from "../../src/base/index.ts";
import { buildInformer } from "../informer/build.ts";
import { type Bench, type BenchResult } from "../model.ts";
import { commandOf, settingsOf, type StageName } from "./settings.ts";
import { type Stage, type StageContext } from "./stages/model.ts";
import { startWorld, type World } from "./world/world.ts";

/** Each is loaded only when it runs. */
const stages: Readonly<Record<StageName, () => Promise<Stage>>> = {
  sync: async () => (await import("./stages/sync.ts")).syncStage,
  questions: async () => (await import("./stages/questions.ts")).questionsStage,
  changes: async () => (await import("./stages/changes.ts")).changesStage,
  sockets: async () => (await import("./stages/sockets.ts")).socketsStage,
  large: async () => (await import("./stages/large.ts")).largeStage,
  restart: async () => (await import("./stages/restart.ts")).restartStage,
  soak: async () => (await import("./stages/soak.ts")).soakStage,
};

/**
 * Heddle and its peers at size, all against simulated API servers in a process of their own: 100,000 pods of 2.6 KB in ten
 * clusters, and what else a stage needs. Each stage is a section of the page; HEDDLE_BENCH_STAGES chooses.
 */
export const benchScale: Bench = async ({ signal, say }) => {
  const settings = settingsOf(process.env);
  await using parts = new AsyncDisposableStack();
  let world: Promise<World> | undefined;
  const start = async (): Promise<World> => {
    const { clusters, pods } = settings;
    const started = parts.use(await startWorld({ clusters, pods: Math.floor(pods / clusters) }, signal));
    say(`${started.objects} objects in ${clusters} clusters, pods of ${Math.round(started.podBytes)} bytes`);
    return started;
  };
  const context: StageContext = {
    signal,
    say,
    settings,
    informer: () => buildInformer(say),
    world: () => (world ??= start()),
  };
  const results: BenchResult[] = [];
  for (const name of settings.stages) {
    const own = { name: `scale, ${name}`, command: commandOf(name, process.env) };
    try {
      const stage = await stages[name]();
      const found = await stage({ ...context, say: (line) => say(`${name}: ${line}`) });
      results.push({ ...own, ...("figures" in found ? found : { figures: found }) });
    } catch (error) {
      if (signal.aborted) throw error;
      // An hour of the others is not lost by one.
      say(`${name}: ${messageOf(error)}`);
      results.push({ ...own, figures: [], failure: messageOf(error) });
    }
  }
  return results;
};
