import { describe, it } from "node:test";
import { createSeededRandom, type Random, systemClock } from "../../base/index.ts";
import {
  type Fault,
  type FaultProxy,
  goneEvent,
  type Injected,
  type KubeCluster,
  kubeForTest,
  startFaultProxy,
} from "../../../test/kube/index.ts";
import { sized } from "../../../test/size.ts";
import { type ApiClient } from "../api-client.ts";
import { hear, type Hearing } from "./testing/hear.ts";
import {
  assertFollowerEqualsFreshList,
  churn,
  clientOf,
  configMaps as resource,
  configMapsOf,
  createAll,
  createNamespace,
  impatientFollow,
} from "./testing/real-follow.ts";

const durationMs = sized({ small: 6_000, full: 15 * 60_000 });
/** HEDDLE_SOAK_SEED repeats the choices of a run; its timing is the machine's. */
const seed = Number(process.env["HEDDLE_SOAK_SEED"] ?? Date.now() % 2 ** 31);

type World = Readonly<{ kube: KubeCluster; api: ApiClient; proxy: FaultProxy; namespace: string; random: Random }>;

describe("followers in a world where anything breaks at any time", () => {
  it("equal a fresh list whenever it holds still", async (t) => {
    const kube = await kubeForTest(t, { etcd: "3.6" });
    if (kube === undefined) return;
    t.diagnostic(`HEDDLE_SOAK_SEED=${seed}`);
    await using api = clientOf(kube, { credential: kube.adminToken });
    const namespace = await createNamespace(api, "soak");
    await createAll(api, `/api/v1/namespaces/${namespace}/configmaps`, configMapsOf(500, { bytes: 1_000 }));
    await using proxy = await startFaultProxy(kube);
    await using through = clientOf(proxy, { credential: kube.adminToken, pingIntervalMs: 500, timeoutMs: 3_000 });
    const world: World = { kube, api, proxy, namespace, random: createSeededRandom(seed) };
    await using stack = new AsyncDisposableStack();
    const hearings: Hearing[] = [
      hear(impatientFollow(through), { resource }),
      hear(impatientFollow(through, { initialList: "pages", pageSize: 50 }), { resource }),
      hear(impatientFollow(through, { watchSeconds: { low: 1, high: 3 }, overdueMs: 500 }), { resource }),
    ];
    for (const hearing of hearings) stack.use(hearing);
    const untilMs = performance.now() + durationMs;
    let rounds = 0;
    for (; performance.now() < untilMs; rounds++) {
      const did = await breakThings(world, rounds);
      try {
        for (const hearing of hearings) await assertFollowerEqualsFreshList(hearing, { api, resource });
      } catch (cause) {
        throw new Error(`seed ${seed}, round ${rounds}, after ${did.join(", ")}`, { cause });
      }
    }
    t.diagnostic(`${rounds} rounds, ${hearings.map(({ mirror }) => mirror.changes()).join(", ")} changes told`);
  });
});

/** What it answers, if anything, undoes it. */
type Deed = readonly [
  name: string,
  weight: number,
  act: (world: World, tag: string) => Promise<void> | void | Injected,
];

const deeds: readonly Deed[] = [
  ["churn", 8, ({ api, namespace }, tag) => churn(api, namespace, tag)],
  ["cut", 4, ({ proxy }) => proxy.cut()],
  ["go away", 2, ({ proxy }) => proxy.goAway()],
  ["half open", 2, ({ proxy }) => (proxy.halfOpen(), proxy.restore())],
  [
    "fault",
    6,
    ({ proxy, random }) => proxy.inject({ fault: pick(random, faults), times: 1 + Math.floor(random() * 4) }),
  ],
  ["pause", 4, ({ random }) => systemClock.sleep(random() * 300)],
  ["delete all of a kind", 1, ({ api, namespace }) => deleteSome(api, namespace)],
  ["kill", 0.5, ({ kube }) => kube.killApiServer().then(() => kube.startApiServer())],
  ["forget", 0.5, ({ kube }) => kube.forgetHistory()],
];

const faults: readonly Fault[] = [
  { kind: "truncate", afterBytes: 20_001, ending: "reset" },
  { kind: "truncate", afterBytes: 301, ending: "end" },
  { kind: "garbage", afterLines: 2 },
  { kind: "garbage", afterLines: 0, line: goneEvent() },
  { kind: "delay", ms: 200 },
  { kind: "goAway" },
  ...[401, 403, 404, 410, 429, 500, 503].map((status): Fault => ({ kind: "answer", status })),
];

async function deleteSome(api: ApiClient, namespace: string): Promise<void> {
  const query = { labelSelector: "prefix!=cm" };
  await api.json({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps`, query });
}

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

/** A few deeds, one after the other; answers their names. Afterwards nothing is injected any more. */
async function breakThings(world: World, round: number): Promise<readonly string[]> {
  const { random } = world;
  const total = deeds.reduce((sum, [, weight]) => sum + weight, 0);
  const did: string[] = [];
  const injected: Injected[] = [];
  for (let count = 2 + Math.floor(random() * 5); count > 0; count--) {
    let left = random() * total;
    const [name, , act] = deeds.find(([, weight]) => (left -= weight) < 0) ?? deeds[0]!;
    did.push(name);
    const result = await act(world, `r${round}-${did.length}`);
    if (result !== undefined) injected.push(result);
  }
  for (const { remove } of injected) remove();
  return did;
}
