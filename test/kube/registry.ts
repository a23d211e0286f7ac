import { setTimeout as pause } from "node:timers/promises";
import { HeddleError } from "../../src/base/index.ts";
import { etcdPort } from "./control-plane.ts";
import type { KubeCluster } from "./model.ts";
import { readBody } from "./request.ts";
import { until } from "./until.ts";

/** Everything that an API server keeps in etcd: key → value, both in base64. */
export type Registry = Readonly<Record<string, string>>;

type Place = Pick<KubeCluster, "server" | "ca" | "adminToken">;

/** The API server writes these by itself from time to time, and nobody else does. */
const itsOwn = ["/registry/masterleases/", "/registry/leases/kube-", "/registry/ranges/"];

/** What is there soon after the API server is ready, and would be made again if it were deleted. */
const beginnings = [
  ...["default", "kube-system", "kube-public", "kube-node-lease"].map((name) => `/registry/namespaces/${name}`),
  "/registry/services/specs/default/kubernetes",
  "/registry/services/endpoints/default/kubernetes",
  "/registry/endpointslices/default/kubernetes",
];

/** What a new API server has made for itself, once it has made it all. */
export async function settledRegistry(place: Place): Promise<Registry> {
  let before: Registry = {};
  await until("the API server to have made what it needs", async () => {
    const now = await readRegistry(place);
    const isSettled =
      beginnings.every((key) => encode(key) in now) && Object.keys(now).join() === Object.keys(before).join();
    before = now;
    if (!isSettled) await pause(300);
    return isSettled;
  });
  return before;
}

/**
 * Makes the registry what it was: whatever was made since is gone, and what was changed or deleted is back. The API
 * server sees that as it sees any write. Resolves when its caches have, too.
 */
export async function restoreRegistry(place: Place, before: Registry): Promise<void> {
  const now = await readRegistry(place);
  for (const key of Object.keys(now)) if (!(key in before)) await ask(place, "deleterange", { key });
  for (const [key, value] of Object.entries(before)) if (now[key] !== value) await ask(place, "put", { key, value });
  for (const plural of ["namespaces", "configmaps", "secrets", "serviceaccounts", "pods"])
    await until(
      `${plural} to be those of the start`,
      async () => (await cached(place, plural)) === kept(before, plural),
    );
}

/** How many objects the API server's cache has of a kind. */
async function cached({ server, ca, adminToken: token }: Place, plural: string): Promise<number> {
  const { body } = await readBody(`${server}/api/v1/${plural}?resourceVersion=0`, { ca, token });
  return (JSON.parse(body) as { items: readonly unknown[] }).items.length;
}

const kept = (registry: Registry, plural: string): number =>
  Object.keys(registry).filter((key) => decode(key).startsWith(`/registry/${plural}/`)).length;

async function readRegistry(place: Place): Promise<Registry> {
  // From "/registry/" up to the first key that does not begin so.
  const { kvs = [] } = await ask(place, "range", { key: encode("/registry/"), range_end: encode("/registry0") });
  const own = kvs.filter(({ key }) => !itsOwn.some((prefix) => decode(key).startsWith(prefix)));
  return Object.fromEntries(own.map(({ key, value = "" }) => [key, value]));
}

type Answer = Readonly<{ kvs?: readonly Readonly<{ key: string; value?: string }>[] }>;

/** etcd's JSON gateway. */
async function ask({ server }: Place, what: "range" | "put" | "deleterange", json: object): Promise<Answer> {
  const { status, body } = await readBody(`http://${new URL(server).hostname}:${etcdPort}/v3/kv/${what}`, { json });
  if (status === 200) return JSON.parse(body) as Answer;
  throw new HeddleError(`etcd refused ${what}: ${body}`, { code: "HEDDLE_TEST_KUBE_FAILED" });
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (base64: string): string => Buffer.from(base64, "base64").toString();
