import { silentLogger, systemClock, systemRandom } from "../base/index.ts";
import { type Cluster, createCluster, tokenAccess } from "../cluster/index.ts";
import { parseClusterId } from "../model/index.ts";
import { kubeForTest } from "../../test/kube/index.ts";
import { createSimulatedCluster } from "./index.ts";
import { describeApiServer } from "./testing/api-contract.ts";

type Endpoint = Readonly<{ server: string; ca: string; token: string }>;

async function clusterAt({ server, ca, token }: Endpoint): Promise<Cluster> {
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
  const access = await tokenAccess({ server, token }, { ...deps, env: {} });
  return createCluster(deps, { id: parseClusterId("contract"), access: { ...access, tls: { ...access.tls, ca } } });
}

describeApiServer("a simulated API server", async (t) => {
  const simulated = await createSimulatedCluster();
  t.after(() => simulated[Symbol.asyncDispose]());
  const cluster = await clusterAt({ ...simulated, ca: simulated.authority });
  t.after(() => cluster[Symbol.asyncDispose]());
  return { cluster, forget: async () => simulated.forgetPast() };
});

describeApiServer("a real API server", async (t) => {
  const kube = await kubeForTest(t, { controllers: true, etcd: "3.6" });
  if (kube === undefined) return undefined;
  const cluster = await clusterAt({ ...kube, token: kube.adminToken });
  t.after(() => cluster[Symbol.asyncDispose]());
  return { cluster, forget: () => kube.forgetHistory() };
});
