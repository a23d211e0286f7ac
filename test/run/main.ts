/** npm test: types, lint, format, unit tests, tests on real parts; then what could not run, and why. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "../install.ts";
import { findKubectl, prepareKube, startPool } from "../kube/index.ts";
import { testNeeds } from "../needs.ts";
import { aloneReasons } from "./alone.ts";
import { bundleCommand } from "./bundled-command.ts";
import { runChild } from "./child.ts";
import { type Outcome } from "./outcome-reporter.ts";
import { needsOwnNetwork, ownNetwork } from "./own-network.ts";

const root = join(import.meta.dirname, "../..");
const full = process.env["HEDDLE_TEST_SIZE"] === "full";
const ci = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false";
const wanted = process.argv.slice(2);

const isolations = {
  unit: "--test-isolation=none",
  // One more than there are cores, three at most: a file waits for its cluster, or for a deadline, half of its time.
  real: `--test-concurrency=${Math.min(3, availableParallelism() + 1)}`,
  "own network": `--test-concurrency=${availableParallelism()}`,
  alone: "--test-concurrency=1",
} as const;

/** Files borrow clusters that only have to answer (test/kube/pool.ts): some need two, three files run at a time. */
const lentClusters = 3;
/** So few start their own in no more time. */
const fewFiles = 6;

process.chdir(root);
// Every test file and every command that a test starts reads hundreds of sources: stripped of their types once, not by each.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache");
const startedMs = performance.now();
const failedSteps: string[] = [];
const checked =
  wanted.length === 0 ? Promise.all(checks().map(([name, ...command]) => step(name, command))) : undefined;

const places = ["src", "web/src", "test", "bench"];
const files = globSync(places.map((place) => `${place}/**/*.test.ts`))
  .filter(isWanted)
  .sort();
const real = files.filter((file) => file.endsWith(".real.test.ts"));
const canHaveKube = real.length > 0 && (await prepare());
const unit = files.filter((file) => !real.includes(file));
const alone = real.filter((file) => aloneReasons.has(file));
const apart = real.filter(needsOwnNetwork);
// Where it fails, every file starts its own and says why it cannot.
const lending = canHaveKube && real.length > fewFiles ? startPool(lentClusters).catch(() => undefined) : undefined;
// Where it fails, commands run the source, and tests of the bundle tell why it cannot be had.
const bundling = real.length > fewFiles ? bundleCommand().catch(() => undefined) : undefined;
const outcomes = await runAll();
process.exitCode = summarise();

/** Unit tests keep one core busy: those on real parts begin beside them, as soon as what they share is there. */
async function runAll(): Promise<readonly Outcome[]> {
  await using _bundled = await bundling;
  const both = await Promise.all([runTests("unit", unit), runReal()]);
  await checked;
  return [...both.flat(), ...(await runTests("own network", apart)), ...(await runTests("alone", alone))];
}

async function runReal(): Promise<readonly Outcome[]> {
  await using _lent = await lending;
  return await runTests(
    "real",
    real.filter((file) => !alone.includes(file) && !apart.includes(file)),
  );
}

function checks(): readonly [string, ...string[]][] {
  return [
    ["types", "node_modules/.bin/tsc", "-p", "."],
    ["types of the console", "node_modules/.bin/tsc", "-p", "web"],
    ["lint", "node_modules/.bin/oxlint", "--deny-warnings", "."],
    ["format", "node_modules/.bin/oxfmt", "--check", "."],
  ];
}

/**
 * Installs and builds what the tests need, once and told: the first build takes minutes. Why it cannot is told by each
 * test. Answers whether clusters of our own can be had.
 */
async function prepare(): Promise<boolean> {
  await install(testNeeds);
  const onProgress = (what: string): void => void process.stdout.write(`  ${what}\n`);
  const named = process.env["HEDDLE_TEST_KUBECONFIG"] ?? "";
  if (named !== "") {
    await findKubectl(onProgress);
    process.stdout.write(`✔ the cluster of ${named}\n`);
    return false;
  }
  const from = performance.now();
  const reason =
    (await prepareKube({ nodes: 1, onProgress })) ??
    (await prepareKube({ nodes: 1, etcd: "3.6", containerd: "2", onProgress }));
  const outcome = reason === undefined ? "✔ a real Kubernetes" : `✖ a real Kubernetes cannot be had here: ${reason}`;
  process.stdout.write(`${outcome}  ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
  return reason === undefined;
}

function isWanted(file: string): boolean {
  return wanted.length === 0 || wanted.some((part) => file.includes(part));
}

async function step(name: string, command: readonly string[]): Promise<void> {
  const from = performance.now();
  const { code, output } = await runChild(command, { capture: true });
  process.stdout.write(`${code === 0 ? "✔" : "✖"} ${name}  ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
  if (code === 0) return;
  failedSteps.push(name);
  process.stdout.write(`${output}\n`);
}

/**
 * Unit tests share one process; a test on real parts has a process of its own, three at a time unless it must be alone or
 * in a network of its own.
 */
async function runTests(kind: keyof typeof isolations, testFiles: readonly string[]): Promise<readonly Outcome[]> {
  if (testFiles.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "heddle-test-"));
  const file = join(folder, "outcomes.jsonl");
  const reporters = ["progress", "stdout", "outcome", file];
  const { code } = await runChild(
    [
      "--test",
      isolations[kind],
      // For what hangs: nothing that passes comes near it, however busy the machine.
      `--test-timeout=${full ? 3_600_000 : 900_000}`,
      ...reporters.map((value, index) =>
        index % 2 === 0 ? `--test-reporter=./test/run/${value}-reporter.ts` : `--test-reporter-destination=${value}`,
      ),
      ...testFiles,
    ],
    { capture: false, within: kind === "own network" ? ownNetwork() : [] },
  );
  const found = readOutcomes(file);
  rmSync(folder, { recursive: true });
  const told = found.some((outcome) => outcome.result === "failed");
  if (code !== 0 && !told) failedSteps.push(`${kind} tests (exit code ${code})`);
  return found;
}

function readOutcomes(file: string): readonly Outcome[] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line): Outcome => JSON.parse(line));
}

function summarise(): number {
  const of = (result: Outcome["result"]): readonly Outcome[] => outcomes.filter((outcome) => outcome.result === result);
  const skipped = of("skipped");
  const failed = of("failed");
  if (failed.length > 0)
    process.stdout.write(`\nFailed:\n${failed.map(({ file, name }) => `  ${file}: ${name}`).join("\n")}\n`);
  if (failedSteps.length > 0) process.stdout.write(`\nFailed steps: ${failedSteps.join(", ")}\n`);
  if (skipped.length > 0) {
    process.stdout.write(`\nNot run${ci ? " (with CI set that is a failure)" : ""}:\n`);
    process.stdout.write(`${skipped.map(({ name, reason }) => `  ${name}: ${reason}`).join("\n")}\n`);
  }
  if (files.length === 0) process.stdout.write(`\nNo test's path contains ${wanted.join(" or ")}\n`);
  const size = full ? "full" : "small";
  process.stdout.write(`\n${size} size, ${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`);
  process.stdout.write(`${of("passed").length} passed, ${failed.length} failed, ${skipped.length} skipped\n`);
  return failed.length > 0 || failedSteps.length > 0 || outcomes.length === 0 || (ci && skipped.length > 0) ? 1 : 0;
}
