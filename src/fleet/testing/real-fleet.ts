import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { type KubeCluster, kubeForTest, lentKube, type LentKube } from "../../../test/kube/index.ts";
import { silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { type ClusterAnswer, type ClusterHealth, type ClusterId, type Reader } from "../../model/index.ts";
import { createFleet } from "../fleet.ts";
import { type Fleet, type FleetOptions } from "../model.ts";
import { type FleetPlan } from "../plan/model.ts";
import { type FleetChoice, resolveFleet } from "../plan/resolve-fleet.ts";
import { createClusterReader } from "../reader/cluster-reader.ts";

/** A context, with a cluster and a user of the same name. */
export type TestContextEntry = Readonly<{ name: string; server: string; ca: string; token: string }>;

/** A context of this name that reaches a test cluster as its administrator. */
export const at = (name: string, { server, ca, adminToken: token }: LentKube): TestContextEntry => ({
  name,
  server,
  ca,
  token,
});

/** An opened fleet, as the command line opens it from a kubeconfig. */
export type OpenedFleet = AsyncDisposable &
  Readonly<{ plan: FleetPlan; fleet: Fleet; reader: Reader; ids: readonly ClusterId[] }>;

/** Two real clusters, a folder that goes with the test, and fleets of contexts that reach the two. */
export type TwoClusters<K extends LentKube = KubeCluster> = Readonly<{
  east: K;
  west: K;
  folder: string;
  open(contexts: readonly TestContextEntry[], options?: Partial<FleetOptions>): Promise<OpenedFleet>;
}>;

/** Two of the test's own. Undefined where none can run: the test was skipped with the reason then. */
export const twoClusters = (t: TestContext): Promise<TwoClusters | undefined> => two(t, kubeForTest);

/** Two that the test may borrow. */
export const twoLent = (t: TestContext): Promise<TwoClusters<LentKube> | undefined> => two(t, lentKube);

async function two<K extends LentKube>(
  t: TestContext,
  get: (t: TestContext) => Promise<K | undefined>,
): Promise<TwoClusters<K> | undefined> {
  const [east, west] = await Promise.all([get(t), get(t)]);
  if (east === undefined || west === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "heddle-fleet-"));
  t.after(() => rm(folder, { recursive: true }));
  return { east, west, folder, open: (contexts, options) => openFleet(join(folder, "config"), contexts, options) };
}

/** Writes a kubeconfig of these contexts and opens it. Checks are frequent where the test does not say otherwise. */
export async function openFleet(
  path: string,
  contexts: readonly TestContextEntry[],
  options: Partial<FleetOptions> = {},
): Promise<OpenedFleet> {
  await writeFile(path, kubeconfigText(contexts), { mode: 0o600 });
  return openChoice({ kubeconfigPath: path }, {}, options);
}

/** Opens what the command line chose, in an environment of the test's own. */
export async function openChoice(
  choice: FleetChoice,
  env: Readonly<Record<string, string>>,
  options: Partial<FleetOptions> = {},
): Promise<OpenedFleet> {
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
  const plan = await resolveFleet(choice, { ...deps, env, home: "/nowhere" });
  const fleet = createFleet(deps, {
    ...plan,
    connectTimeoutMs: 20_000,
    checkIntervalMs: 200,
    userAgent: "heddle/test",
    ...options,
  });
  return {
    plan,
    fleet,
    reader: createClusterReader(fleet, deps),
    ids: plan.clusters.map(({ info }) => info.id),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

const kubeconfigText = (contexts: readonly TestContextEntry[]): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ name, server, ca }) => ({
      name,
      cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") },
    })),
    users: contexts.map(({ name, token }) => ({ name, user: { token } })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });

/** "ok", or the code of what is wrong. */
export const codeOf = (answer: ClusterAnswer<unknown> | undefined): string =>
  answer === undefined ? "no answer" : answer.ok ? "ok" : answer.error.code;

export function healthOf(fleet: Fleet, id: string): ClusterHealth {
  const summary = fleet.summaries().find(({ info }) => info.id === id);
  if (summary === undefined) throw new Error(`there is no ${id} in the fleet`);
  return summary.health;
}
