/** npm run bench [-- NAME …] [--write]: benchmarks beside their peers, as ratios from one run; --write keeps them in docs/benchmarks.md. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../src/base/index.ts";
import { type Bench, type BenchResult } from "./model.ts";
import { renderResults, replaceResults } from "./report.ts";

/** Each benchmark is loaded only when it runs: one must not warm or weigh down another. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  gets: async () => (await import("./gets.bench.ts")).benchGets,
  "get-pods": async () => (await import("./get-pods.bench.ts")).benchGetPods,
  exec: async () => (await import("./exec.bench.ts")).benchExec,
  codecs: async () => (await import("./codecs.bench.ts")).benchCodecs,
  inventory: async () => (await import("./inventory.bench.ts")).benchInventory,
  follow: async () => (await import("./follow/follow.bench.ts")).benchFollow,
  live: async () => (await import("./live/live.bench.ts")).benchLive,
  sim: async () => (await import("./sim/sim.bench.ts")).benchSim,
  scale: async () => (await import("./scale/scale.bench.ts")).benchScale,
  console: async () => (await import("./console/console.bench.ts")).benchConsole,
  agent: async () => (await import("./agent/agent.bench.ts")).benchAgent,
  catalog: async () => (await import("./catalog.bench.ts")).benchCatalog,
};

const write = process.argv.includes("--write");
const named = process.argv.slice(2).filter((argument) => argument !== "--write");
process.exitCode = await main(named.length > 0 ? named : Object.keys(benches));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => benches[name] === undefined);
  if (unknown.length > 0) {
    process.stderr.write(`no benchmark "${unknown.join('", "')}": there are ${Object.keys(benches).join(", ")}\n`);
    return 2;
  }
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  const results: BenchResult[] = [];
  let failed = 0;
  for (const name of names) {
    try {
      const bench = await benches[name]?.();
      const result = await bench?.({
        signal: controller.signal,
        say: (line) => process.stderr.write(`${name}: ${line}\n`),
      });
      const found = [result ?? []].flat();
      failed += found.filter(({ failure }) => failure !== undefined).length;
      results.push(...found.filter(({ failure }) => failure === undefined));
    } catch (error) {
      failed += 1;
      process.stderr.write(`${name}: ${messageOf(error)}\n`);
      if (controller.signal.aborted) break;
    }
  }
  const today = new Date().toISOString().slice(0, 10);
  process.stdout.write(`\n${renderResults(results, today)}`);
  if (write) {
    const page = join(import.meta.dirname, "../docs/benchmarks.md");
    await writeFile(page, replaceResults(await readFile(page, "utf8"), results, today));
    for (const [name, text] of results.flatMap(({ files = {} }) => Object.entries(files)))
      await writeFile(join(import.meta.dirname, "../docs", name), text);
  }
  return failed > 0 ? 1 : 0;
}
