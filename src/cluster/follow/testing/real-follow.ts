import assert from "node:assert/strict";
import { createSeededRandom, silentLogger, systemClock } from "../../../base/index.ts";
import { type JsonObject, type KubeObject, type Resource } from "../../../model/index.ts";
import { until } from "../../../../test/kube/index.ts";
import { type Credential } from "../../access.ts";
import { type ApiClient } from "../../api-client.ts";
import { createFixedCredential } from "../../credentials/fixed-credential.ts";
import { createApiClient } from "../../http/client.ts";
import { listAll } from "../../objects/list.ts";
import { createFollow, type Follow } from "../follow.ts";
import { type FollowTuning } from "../tuning.ts";
import { type Hearing } from "./hear.ts";

/** A kind that API servers have without being told of it. */
export const coreResource = (kind: string, plural: string): Resource => ({
  group: "",
  version: "v1",
  kind,
  plural,
  singular: kind.toLowerCase(),
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
});

export const configMaps = coreResource("ConfigMap", "configmaps");

/** Where an API server, or what stands before it, is met. */
export type Door = Readonly<{ server: string; ca: string }>;

export type DoorClientOptions = Readonly<{
  credential: Credential | string;
  pingIntervalMs?: number;
  timeoutMs?: number;
}>;

/** A client through this door, by a token or another credential. */
export function clientOf({ server, ca }: Door, options: DoorClientOptions): ApiClient {
  const { credential, ...rest } = options;
  const given = typeof credential === "string" ? createFixedCredential("test", { token: credential }) : credential;
  const access = { server, tls: { ca, insecure: false }, credential: given, warnings: [] };
  const deps = { access, clock: systemClock, random: createSeededRandom(1), log: silentLogger };
  return createApiClient(deps, { userAgent: "heddle/test", ...rest });
}

/** A follower on a real API server that tries again sooner than people would want, and is else as it ships. */
export const impatientFollow = (api: ApiClient, tuning: Partial<FollowTuning> = {}): Follow =>
  createFollow(
    { api, clock: systemClock, random: createSeededRandom(1), log: silentLogger },
    { retry: { minMs: 20, maxMs: 200 }, slowRetryMs: { low: 100, high: 200 }, settleMs: 100, ...tuning },
  );

export type FreshList = Readonly<{
  /** By a way that nothing is wrong with. */
  api: ApiClient;
  resource: Resource;
  namespace?: string;
  timeoutMs?: number;
}>;

/**
 * The follower is live and has every object, whole, as a list that is asked for now has it. A follower may be a moment
 * behind: it is given time, and a new list each time.
 */
export async function assertFollowerEqualsFreshList(
  { mirror, stopped }: Hearing,
  { api, resource, namespace, timeoutMs = 60_000 }: FreshList,
): Promise<void> {
  let ended = false;
  const end = (): void => void (ended = true);
  stopped.then(end, end);
  await until(
    `the follower of ${resource.plural} to equal a fresh list`,
    async () => {
      const assertLive = (): void => {
        const { status, reason } = mirror.lastStatus() ?? {};
        assert.equal(status, "live", reason ?? "nothing was told yet");
      };
      // A list is dear: none as long as it could not be equal.
      assertLive();
      const { objects } = await listAll(api, resource, { namespace });
      assertLive();
      assertSame(mirror.objects(), objects.toSorted(byName));
      return true;
    },
    { timeoutMs, everyMs: 100, failEarly: () => assert.ok(!ended, "the follower has ended") },
  );
}

/** Names first: the difference of two lists of thousands of whole objects says nothing to a reader. */
function assertSame(actual: readonly KubeObject[], expected: readonly KubeObject[]): void {
  assert.equal(actual.length, expected.length, `${actual.length} objects, a fresh list has ${expected.length}`);
  for (const [index, object] of expected.entries()) assert.deepEqual(actual[index], object);
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;
const byName = (a: KubeObject, b: KubeObject): number => (nameOf(a) < nameOf(b) ? -1 : 1);

/** Creates objects, some at a time. */
export async function createAll(api: ApiClient, path: string, objects: readonly JsonObject[]): Promise<void> {
  const left = [...objects];
  const worker = async (): Promise<void> => {
    for (let object = left.pop(); object !== undefined; object = left.pop())
      await api.json({ method: "POST", path, body: object });
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

/** Config maps of `bytes` each, named with the prefix. */
export const configMapsOf = (count: number, { prefix = "cm", bytes = 100 } = {}): readonly JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    metadata: { name: `${prefix}-${String(index).padStart(5, "0")}`, labels: { prefix } },
    data: { text: "x".repeat(bytes) },
  }));

/** What happens in a cluster all the time: objects are made, changed, deleted, and made again under the same name. */
export async function churn(api: ApiClient, namespace: string, tag: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  await createAll(api, path, configMapsOf(6, { prefix: tag }));
  const name = (index: number): string => `${path}/${tag}-0000${index}`;
  const patch = { method: "PATCH", contentType: "application/merge-patch+json" } as const;
  await api.json({ ...patch, path: name(0), body: { data: { text: "changed" } } });
  await api.json({ method: "DELETE", path: name(1) });
  await api.json({ method: "DELETE", path: name(2) });
  await createAll(api, path, configMapsOf(3, { prefix: tag }).slice(2));
}

/** A namespace by this name, by nobody else's help. */
export async function createNamespace(api: ApiClient, name: string): Promise<string> {
  await api.json({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } });
  return name;
}
