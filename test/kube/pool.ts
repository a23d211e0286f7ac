import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKube } from "./cluster.ts";
import { kubernetesBinaries } from "./components.ts";
import { kubeForTest, type Skipper, testKube } from "./for-test.ts";
import type { KubeCluster, LentKube, TestCluster } from "./model.ts";
import { namedCluster } from "./named-cluster.ts";
import { run } from "./process.ts";
import { type Registry, restoreRegistry, settledRegistry } from "./registry.ts";

/** Where the clusters lie that a run of tests lends to its files; unset: every test starts its own. */
const variable = "HEDDLE_TEST_POOL";

type Entry = Readonly<{ kube: Omit<LentKube, "kubectl">; registry: Registry }>;

/** The pool's cluster with a node, which tests share. */
const sharedFile = "shared.json";

/**
 * Clusters of an API server each, which files of tests borrow one after the other, and one with a node, which they share.
 * Told to processes that are started afterwards by HEDDLE_TEST_POOL; ended by disposing.
 */
export async function startPool(size: number): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "heddle-pool-"));
  started.defer(() => rmSync(folder, { recursive: true }));
  const lent = Array.from({ length: size }, (_, index) => addTo(folder, index, started));
  await Promise.all([...lent, addShared(folder, started)]);
  process.env[variable] = folder;
  started.defer(() => void delete process.env[variable]);
  return started.move();
}

async function addTo(folder: string, index: number, started: AsyncDisposableStack): Promise<void> {
  const kube = started.use(await startKube());
  const entry: Entry = { kube: described(kube), registry: await settledRegistry(kube) };
  await keep(join(folder, `${index}.json`), entry);
}

async function addShared(folder: string, started: AsyncDisposableStack): Promise<void> {
  const kube = started.use(await startKube({ nodes: 1 }));
  await keep(join(folder, sharedFile), described(kube));
}

const described = (kube: KubeCluster): Entry["kube"] => {
  const { name, server, ca, caFile, kubeconfigPath, adminToken, tokens, busyboxImage } = kube;
  return { name, server, ca, caFile, kubeconfigPath, adminToken, tokens, busyboxImage };
};

/** Administrators' tokens. */
const keep = (path: string, what: object): Promise<void> => writeFile(path, JSON.stringify(what), { mode: 0o600 });

/**
 * A cluster with a node that other tests use at the same time; one of the run's pool, else one of the test's own. Skips as
 * `kubeForTest` does. For tests that touch nothing but what they make in namespaces of their own.
 */
export async function sharedNode(t: Skipper): Promise<LentKube | undefined> {
  const kube = await sharedOfPool();
  return kube === undefined ? kubeForTest(t, { nodes: 1 }) : withKubectl(kube);
}

/** The same, or the cluster that HEDDLE_TEST_KUBECONFIG names, as `testKube` gives it. */
export async function sharedTestKube(t: Skipper): Promise<TestCluster | undefined> {
  const kube = await sharedOfPool();
  return kube === undefined ? testKube(t, { nodes: 1 }) : namedCluster(t, kube.kubeconfigPath);
}

async function sharedOfPool(): Promise<Entry["kube"] | undefined> {
  const folder = process.env[variable];
  if (folder === undefined) return undefined;
  return JSON.parse(await readFile(join(folder, sharedFile), "utf8")) as Entry["kube"];
}

async function withKubectl(kube: Entry["kube"]): Promise<LentKube> {
  const kubectl = join(await kubernetesBinaries(), "kubectl");
  return {
    ...kube,
    kubectl: (args, options) => run([kubectl, "--kubeconfig", kube.kubeconfigPath, ...args], options),
  };
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
  const entries = (await readdir(folder)).filter((file) => /^\d+\.json$/.test(file));
  for (const file of entries.toSorted()) {
    const taken = join(folder, `${file}.taken`);
    if (!(await take(taken))) continue;
    const { kube, registry } = JSON.parse(await readFile(join(folder, file), "utf8")) as Entry;
    await restoreRegistry(kube, registry);
    t.after(() => rm(taken));
    return withKubectl(kube);
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
