import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { parseClusterId, type Resource } from "../../../model/index.ts";
import { type CredentialValue } from "../../access.ts";
import { type ClusterOptions, createCluster } from "../../cluster.ts";
import { createFixedCredential } from "../../credentials/fixed-credential.ts";
import { type Cluster } from "../../model.ts";

/** What is needed of a test cluster to talk to it. */
export type Endpoint = Readonly<{ server: string; ca: string }>;

/** A real API server as seen by one credential. */
export function clusterOn(
  { server, ca }: Endpoint,
  credential: CredentialValue,
  options: Partial<ClusterOptions> = {},
): Cluster {
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
  return createCluster(deps, {
    id: parseClusterId("test"),
    access: {
      server,
      tls: { ca, insecure: false },
      credential: createFixedCredential("test", credential),
      warnings: [],
    },
    userAgent: "heddle/test",
    ...options,
  });
}

/** The one resource that the word means. */
export async function resourceOf(cluster: Cluster, word: string): Promise<Resource> {
  const [resource, ...others] = await cluster.discovery.find(word);
  if (resource === undefined || others.length > 0) throw new Error(`${word} is not one resource`);
  return resource;
}
