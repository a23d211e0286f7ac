import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { accessFromContext } from "../../credentials/context-access.ts";
import { loadKubeconfig } from "../../credentials/kubeconfig-files.ts";
import { type ApiClient } from "../../api-client.ts";
import { createApiClient, type ApiClientOptions } from "../../http/client.ts";

/** A client of the real cluster that a kubeconfig's current context names. */
export async function clientFromKubeconfig(path: string, options: Partial<ApiClientOptions> = {}): Promise<ApiClient> {
  const config = await loadKubeconfig([path]);
  const deps = { env: {}, clock: systemClock, random: systemRandom, log: silentLogger };
  const access = await accessFromContext(config, config.currentContext ?? "", deps);
  return createApiClient({ access, ...deps }, { userAgent: "heddle/test", ...options });
}
