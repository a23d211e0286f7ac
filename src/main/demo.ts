import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock } from "../base/index.ts";
import { type DemoOptions, type ServeOptions } from "../cli/index.ts";
import { kubeconfigPaths } from "../cluster/index.ts";
import { type FleetChoice } from "../fleet/index.ts";

/** Simulated clusters that live, in files that a server is started on. Disposing ends them and takes the files away. */
export type Demo = AsyncDisposable &
  Readonly<{
    configPath: string;
    /** For a record that is gone with the demo. */
    dataFolder: string;
    /** "a demo of 3 simulated clusters" */
    source: string;
    notes: readonly string[];
    /** Nothing happens in it any more, so that ending it waits for nothing. */
    still(): void;
  }>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a demo is what was asked for; `choice` is what else may name clusters. */
export async function wantsDemo(
  demo: DemoOptions | undefined,
  { contexts = [], configPath, kubeconfigPath, additionsPath }: FleetChoice,
  env: Environment,
): Promise<boolean> {
  if (demo?.when !== "no-cluster") return demo !== undefined;
  const isNamed = configPath !== undefined || kubeconfigPath !== undefined || contexts.length > 0;
  if (isNamed || env["KUBECONFIG"]) return false;
  const paths = kubeconfigPaths({ env, home: env["HOME"] ?? homedir() });
  const all = await Promise.all([...paths, ...(additionsPath === undefined ? [] : [additionsPath])].map(isThere));
  return !all.includes(true);
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    // What cannot be looked at is not nothing.
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );

/** Starts the world. Its kubeconfig, a configuration and room for the record lie in a private temporary folder. */
export async function startDemo(
  { world, when, keepData = false }: DemoOptions,
  { clock, signal }: Readonly<{ clock: Clock; signal: AbortSignal }>,
): Promise<Demo> {
  // Loaded here only: whoever has clusters pays nothing for it.
  const { createSimulatedFleet } = await import("../sim/index.ts");
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-demo-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const fleet = parts.use(await createSimulatedFleet(world, { clock, signal }));
  const kubeconfigPath = join(folder, "kubeconfig");
  const configPath = join(folder, "heddle.yaml");
  await writeFile(kubeconfigPath, fleet.kubeconfig(), { mode: 0o600 });
  const clusters = fleet.clusters.map(({ place }) => ({
    id: place.name,
    environment: place.environment,
    region: place.region,
    auth_method: "kubeconfig",
    kubeconfig_path: kubeconfigPath,
    kubeconfig_context: place.name,
    qps: 0,
  }));
  // Nothing is kept for a next start that there will not be: it would cost time while it runs, and at its end.
  const config = {
    clusters,
    default_namespace: "shop",
    enable_mutations: true,
    enable_disk_cache: keepData,
  };
  await writeFile(configPath, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  const ending = parts.move();
  return {
    configPath,
    dataFolder: join(folder, "data"),
    source: `a demo of ${clusters.length} simulated cluster${clusters.length === 1 ? "" : "s"}`,
    notes: notesOf(when, kubeconfigPath),
    still: fleet.still,
    [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose](),
  };
}

const notesOf = (when: DemoOptions["when"], kubeconfigPath: string): readonly string[] => [
  `${when === "no-cluster" ? "no kubeconfig was found, so this is a demo: " : ""}nothing here is real, and all of it is gone when it ends`,
  "your own clusters: --kubeconfig FILE, KUBECONFIG, ~/.kube/config or --config heddle.yaml",
  `kubectl reaches the demo too: --kubeconfig ${kubeconfigPath}`,
];

/** The options of a server on a demo: its clusters, and its folder for the record unless that is kept. */
export const onDemo = (options: ServeOptions, demo: Demo): ServeOptions => ({
  ...options,
  fleet: { ...options.fleet, configPath: demo.configPath },
  dataFolder: options.demo?.keepData === true ? options.dataFolder : demo.dataFolder,
});
