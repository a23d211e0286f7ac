import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { silentLogger, systemClock } from "../../base/index.ts";
import { type KubeObject, parseClusterId } from "../../model/index.ts";
import { createSimulatedCluster, type SimulatedCluster } from "../../sim/index.ts";
import { until } from "../../../test/kube/until.ts";
import { createWorkerTaker, type WorkerTaker } from "../intake/worker-taker.ts";
import { resourceOf } from "../testing/resources.ts";
import { beginSession, plannedFor, type Session } from "./testing/real-live.ts";

const cluster = parseClusterId("sim");
const kinds = [{ group: "", kind: "ConfigMap" }];
const count = 3_000;

const mapOf = (number: number): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: `map-${number}`, namespace: "default", labels: { shard: `${number % 10}` } },
  data: { text: `${number} `.repeat(200) },
});

async function open(t: TestContext): Promise<SimulatedCluster> {
  const objects = Array.from({ length: count }, (_, number) => mapOf(number));
  const simulated = await createSimulatedCluster({ controllers: false, objects });
  t.after(() => simulated[Symbol.asyncDispose]());
  return simulated;
}

/** A thread that is there already, and is given every piece of every list. */
async function readyTaker(): Promise<WorkerTaker> {
  const taker = createWorkerTaker({ clock: systemClock, log: silentLogger }, { relations: true, ownBytes: 0 });
  await until("the thread", () => {
    using taking = taker.begin(resourceOf("v1", "ConfigMap"));
    void taking.take(Buffer.from('{"type":"BOOKMARK"}\n'));
    return taker.thread() === "ready";
  });
  return taker;
}

const sessionOn = ({ server, authority, token }: SimulatedCluster, taker: WorkerTaker): Session =>
  beginSession({ clusters: [plannedFor("sim", { server, ca: authority }, token)], taker });

const textOf = async ({ store }: Session, number: number): Promise<unknown> => {
  const stored = store.get({ cluster, group: "", kind: "ConfigMap", namespace: "default", name: `map-${number}` });
  return stored?.object()["data"];
};

/** Every map is there and recorded, and what happens next is told. */
async function assertWhole(session: Session, simulated: SimulatedCluster): Promise<void> {
  await until("the first sync", () => session.live.progress().every(({ synced }) => synced));
  assert.equal((await session.store.count({ kinds }, [])).total, count);
  for (const number of [0, 1_499, count - 1]) assert.deepEqual(await textOf(session, number), mapOf(number)["data"]);
  assert.equal((await session.store.count({ kinds, labelSelector: "shard=3" }, [])).total, count / 10);
  await until("the record", async () => {
    let recorded = 0;
    const [kind] = kinds;
    if (kind !== undefined) for await (const slice of session.catalog.objects(cluster, kind)) recorded += slice.length;
    return recorded === count;
  });
  simulated.happen(() => [{ type: "create", collection: "configmaps", object: mapOf(count) }]);
  await until("what came later", async () => (await textOf(session, count)) !== undefined);
}

describe("a first list that is taken in beside", () => {
  it("is the same as one that is read here, and its watch goes on behind it", async (t) => {
    const simulated = await open(t);
    await using session = sessionOn(simulated, await readyTaker());
    await assertWhole(session, simulated);
    assert.equal(session.witness.repeated(), 0);
  });

  it("is whole though the thread ends in the middle of it", async (t) => {
    const simulated = await open(t);
    const taker = await readyTaker();
    await using session = sessionOn(simulated, taker);
    await until("some of it", () => session.live.progress().some(({ objects }) => objects > 100), { everyMs: 1 });
    await taker[Symbol.asyncDispose]();
    await assertWhole(session, simulated);
  });
});
