import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKube } from "./cluster.ts";
import { kubernetesBinaries } from "./components.ts";
import { kubeForTest, type Skipper } from "./for-test.ts";
import type { LentKube } from "./model.ts";
import { run } from "./process.ts";
import { type Registry, restoreRegistry, settledRegistry } from "./registry.ts";

/** Where the clusters lie that a run of tests lends to its files; unset: every test starts its own. */
const variable = "HEDDLE_TEST_POOL";

type Entry = Readonly<{ kube: Omit<LentKube, "kubectl">; registry: Registry }>;

/**
 * Clusters of an API server each, which files of tests borrow one after the other. Told to processes that are started
 * afterwards by HEDDLE_TEST_POOL; ended by disposing.
 */
export async function startPool(size: number): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "heddle-pool-"));
  started.defer(() => rmSync(folder, { recursive: true }));
  await Promise.all(Array.from({ length: size }, (_, index) => addTo(folder, index, started)));
  process.env[variable] = folder;
  started.defer(() => void delete process.env[variable]);
  return started.move();
}

async function addTo(folder: string, index: number, started: AsyncDisposableStack): Promise<void> {
  const kube = started.use(await startKube());
  const { name, server, ca, caFile, kubeconfigPath, adminToken, tokens, busyboxImage } = kube;
  const entry: Entry = {
    kube: { name, server, ca, caFile, kubeconfigPath, adminToken, tokens, busyboxImage },
    registry: await settledRegistry(kube),
  };
  // Administrators' tokens.
  await writeFile(join(folder, `${index}.json`), JSON.stringify(entry), { mode: 0o600 });
}

/**
 * A cluster that nobody else uses until the test has ended, as it was when it was new; one of the run's pool where one
 * is free, else one of the test's own. Skips as `kubeForTest` does. For tests that need an API server and leave it alone:
 * none of its nodes, no definitions, no end, no faults of the server itself.
 */
export async function lentKube(t: Skipper): Promise<LentKube | undefined> {
  const folder = process.env[variable];
  return (folder === undefined ? undefined : await borrow(t, folder)) ?? kubeForTest(t);
}

async function borrow(t: Pick<Skipper, "after">, folder: string): Promise<LentKube | undefined> {
  const entries = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  for (const file of entries.toSorted()) {
    const taken = join(folder, `${file}.taken`);
    if (!(await take(taken))) continue;
    const { kube, registry } = JSON.parse(await readFile(join(folder, file), "utf8")) as Entry;
    await restoreRegistry(kube, registry);
    t.after(() => rm(taken));
    const kubectl = join(await kubernetesBinaries(), "kubectl");
    return {
      ...kube,
      kubectl: (args, options) => run([kubectl, "--kubeconfig", kube.kubeconfigPath, ...args], options),
    };
  }
  return undefined;
}

/** Whether the file was not there: of several who make it at once, one does. A process that ends without a word keeps it. */
const take = (file: string): Promise<boolean> =>
  writeFile(file, `${process.pid}\n`, { flag: "wx" }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
