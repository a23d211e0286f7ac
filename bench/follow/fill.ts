import { type ApiClient } from "../../src/cluster/index.ts";
import { podsOf } from "../pods.ts";

const inFlight = 50;

/** Creates `count` pods of about 2.6 KB, with their status, in the namespace `default`. */
export async function fillPods(client: ApiClient, count: number, say: (line: string) => void): Promise<void> {
  const path = "/api/v1/namespaces/default";
  await client
    .json({ method: "POST", path: `${path}/serviceaccounts`, body: { metadata: { name: "default" } } })
    .catch(() => {});
  const pods = podsOf(count);
  let made = 0;
  const worker = async (): Promise<void> => {
    for (let pod = pods.pop(); pod !== undefined; pod = pods.pop()) {
      const { status, ...desired } = pod;
      await client.json({ method: "POST", path: `${path}/pods`, body: desired });
      await client.json({
        method: "PATCH",
        path: `${path}/pods/${pod.metadata.name}/status`,
        body: { status },
        contentType: "application/merge-patch+json",
      });
      made += 1;
      if (made % 10_000 === 0) say(`${made} of ${count} pods`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
