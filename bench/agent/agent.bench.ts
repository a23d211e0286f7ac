import { loadavg } from "node:os";
import { messageOf } from "../../src/base/index.ts";
import { bundleAgent } from "../../scripts/bundle.ts";
import { buildAllNative } from "../../scripts/native.ts";
import { type Bench, type BenchResult, type Figure } from "../model.ts";
import { prepareKube } from "../../test/kube/index.ts";
import { commandOf, settingsOf, type StageName } from "./settings.ts";
import { type Nodes, startNodes } from "./world/nodes.ts";
import { type Stage } from "./stages/model.ts";

/** Each is loaded only when it runs. */
const stages: Readonly<Record<StageName, () => Promise<Stage>>> = {
  verbs: async () => (await import("./stages/verbs.ts")).verbsStage,
  flags: async () => (await import("./stages/flags.ts")).flagsStage,
  memory: async () => (await import("./stages/memory.ts")).memoryStage,
  pods: async () => (await import("./stages/pods.ts")).podsStage,
  traffic: async () => (await import("./stages/traffic.ts")).trafficStage,
};

/**
 * The node agent as it ships, beside the CNI project's own `bridge` and `host-local`, the two in turn in network namespaces
 * that are nodes. Each stage is a section of the page; HEDDLE_BENCH_STAGES chooses.
 */
export const benchAgent: Bench = async ({ signal, say }) => {
  const settings = settingsOf(process.env);
  const reason = await prepareKube({ nodes: 1, cni: "heddle", containerd: "2", signal, onProgress: say });
  if (reason !== undefined) throw new Error(reason);
  say("building dist/agent.js");
  await bundleAgent();
  buildAllNative();
  await using parts = new AsyncDisposableStack();
  let nodes: Promise<Nodes> | undefined;
  const start = async (): Promise<Nodes> => {
    say("starting a cluster of four nodes");
    return parts.use(await startNodes({ signal, say }));
  };
  const results: BenchResult[] = [];
  for (const name of settings.stages) {
    const own = { name: `agent, ${name}`, command: commandOf(name, process.env) };
    const load = loadOf();
    try {
      const stage = await stages[name]();
      const figures = await stage({
        signal,
        settings,
        say: (line) => say(`${name}: ${line}`),
        nodes: () => (nodes ??= start()),
      });
      results.push({ ...own, figures: [...figures, load] });
    } catch (error) {
      if (signal.aborted) throw error;
      say(`${name}: ${messageOf(error)}`);
      results.push({ ...own, figures: [], failure: messageOf(error) });
    }
  }
  return results;
};

/** Of what else runs here: figures of a busy machine are not to be compared with others'. */
const loadOf = (): Figure => ({ label: "load of the machine when this began", value: loadavg()[0] ?? NaN, unit: "" });
