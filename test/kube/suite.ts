import { after, before, type TestContext } from "node:test";
import { type KubeCluster, prepareKube, startKube } from "./index.ts";
import { readBody } from "./request.ts";

export type Suite = Readonly<{ cluster(t: Pick<TestContext, "skip">): KubeCluster | undefined }>;

/** One cluster for all tests of a suite; where there can be none, each of them says why. */
export function useCluster(options: Parameters<typeof startKube>[0]): Suite {
  let cluster: KubeCluster | undefined;
  let reason: string | undefined;
  before(async () => {
    reason = await prepareKube(options);
    if (reason === undefined) cluster = await startKube(options);
  });
  after(() => cluster?.[Symbol.asyncDispose]());
  return {
    cluster(t) {
      if (cluster === undefined) t.skip(reason ?? "the cluster did not start");
      return cluster;
    },
  };
}

/** What the API server answers to a GET by this token. */
export const statusAs = async (cluster: KubeCluster, token: string, path: string): Promise<number> =>
  (await readBody(`${cluster.server}${path}`, { ca: cluster.ca, token })).status;
