import { type TestContext } from "node:test";
import { type FaultProxy, type KubeCluster, startFaultProxy } from "../../../../test/kube/index.ts";
import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { type ApiClient, type Cluster, createCluster } from "../../../cluster/index.ts";
import { runParts } from "../../../cluster/follow/testing/real-parts.ts";
import { type PlannedCluster } from "../../../fleet/index.ts";
import { parseClusterId } from "../../../model/index.ts";
import { assertEqualsFreshLists, seedWitness } from "./equality.ts";
import { beginSession, plannedFor, type Session, type SessionOptions } from "./real-live.ts";

/** What a part of a test of the feed on a real API server gets. */
export type LiveSetting = Readonly<{
  kube: KubeCluster;
  /** The administrator's client, by a way that nothing is wrong with. */
  api: ApiClient;
  direct: Cluster;
  namespace: string;
  /** Before the API server; whatever breaks, breaks here. */
  proxy: FaultProxy;
  /** The way through the proxy, for the administrator or by another token. */
  planned(token?: string): PlannedCluster;
  /** A session on the way through the proxy. */
  begin(options?: Partial<SessionOptions>): Session;
  /** The same, when its first sync is done and its witness knows what it found. */
  synced(options?: Partial<SessionOptions>): Promise<Session>;
  /** Store and witness have exactly what fresh lists have. */
  isEqual(session: Session): Promise<void>;
  /** A figure for who reads the test's report. */
  say(figure: string): void;
}>;

export type LiveParts = Readonly<Record<string, (setting: LiveSetting) => Promise<void>>>;

/** Runs the parts one after the other on one real API server. */
export async function runLiveParts(t: TestContext, parts: LiveParts): Promise<void> {
  const prepared = Object.entries(parts).map(([name, run]) => [
    name,
    async ({ kube, api, namespace }: Pick<LiveSetting, "kube" | "api" | "namespace">) => {
      const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
      const access = await plannedFor("real", kube, kube.adminToken).access();
      await using direct = createCluster(deps, { id: parseClusterId("real"), access });
      await using proxy = await startFaultProxy(kube);
      const planned = (token = kube.adminToken): PlannedCluster => plannedFor("real", proxy, token);
      const begin = (options: Partial<SessionOptions> = {}): Session =>
        beginSession({ clusters: [planned()], ...options });
      const synced = async (options?: Partial<SessionOptions>): Promise<Session> => {
        const session = begin(options);
        await seedWitness(session);
        return session;
      };
      const isEqual = (session: Session): Promise<void> => assertEqualsFreshLists(session, { direct });
      await run({
        kube,
        api,
        direct,
        namespace,
        proxy,
        planned,
        begin,
        synced,
        isEqual,
        say: (figure) => t.diagnostic(figure),
      });
    },
  ]);
  await runParts(t, Object.fromEntries(prepared));
}
