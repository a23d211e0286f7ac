import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { describe, it } from "node:test";
import { createManualClock, type Logger, silentLogger, systemClock } from "../../base/index.ts";
import { until } from "../../../test/kube/until.ts";
import { resourceOf } from "../testing/resources.ts";
import { takenBatch } from "./model.ts";
import { describeTaker, linesOf } from "./testing/taker-contract.ts";
import { createWorkerTaker, type WorkerTaker, type WorkerTakerDeps, type WorkerTakerOptions } from "./worker-taker.ts";

const pods = resourceOf("v1", "Pod");
const configMaps = resourceOf("v1", "ConfigMap");
const mapOf = (number: number) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: `map-${number}`, namespace: "shop", uid: `uid-${number}`, resourceVersion: `${number}` },
  data: { text: "x".repeat(1_000) },
});
const piece = (number: number) => linesOf([mapOf(number)]);

type Started = Readonly<{ taker: WorkerTaker; warnings: string[] }>;

function takerOf(options: Partial<WorkerTakerOptions> = {}, clock: WorkerTakerDeps["clock"] = systemClock): Started {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message) };
  return { taker: createWorkerTaker({ clock, log }, { relations: true, ...options }), warnings };
}

/** Its thread is there, and takes everything. */
async function ready({ taker, warnings }: Started): Promise<Started> {
  await until("the thread", () => {
    taker.begin(configMaps)[Symbol.dispose]();
    using taking = taker.begin(configMaps);
    void taking.take(piece(0));
    return taker.thread() === "ready";
  });
  return { taker, warnings };
}

/** A thread that is there, and does this with each message. */
const threadThat = (does: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort } from "node:worker_threads"; parentPort.on("message", (told) => { ${does} }); parentPort.postMessage("ready");`,
    )}`,
  );

describeTaker("with a thread beside", async () => {
  const { taker } = await ready(takerOf({ ownBytes: 0, idleMs: 600_000 }));
  return taker;
});

describe("the thread that takes lists in", () => {
  it("is not started for lists that are short, however many", async () => {
    const { taker } = takerOf();
    await using _ = taker;
    for (let list = 0; list < 500; list++) {
      using taking = taker.begin(configMaps);
      assert.equal(takenBatch((await taking.take(piece(list))).batch).objects.length, 1);
    }
    assert.equal(taker.thread(), "idle");
  });

  it("lets the thread that answers go first", { skip: process.platform !== "linux" }, async () => {
    const threads = (): readonly string[] => readdirSync("/proc/self/task");
    const before = new Set(threads());
    await using _ = (await ready(takerOf({ ownBytes: 0 }))).taker;
    const [own = NaN, ...others] = [process.pid, ...threads().filter((id) => !before.has(id))].map((id) =>
      getPriority(Number(id)),
    );
    assert.ok(
      others.some((niceness) => niceness > own),
      `${others.join(", ")} beside ${own}`,
    );
  });

  it("is started by a long list, of which nothing is lost or twice meanwhile", async () => {
    const { taker } = takerOf({ ownBytes: 10_000 });
    await using _ = taker;
    const names: string[] = [];
    using taking = taker.begin(configMaps);
    await until(
      "the thread",
      async () => {
        for (let more = 0; more < 20; more++)
          for (const { name } of (await taking.take(piece(names.length))).batch.objects) names.push(name);
        return taker.thread() === "ready";
      },
      { everyMs: 1 },
    );
    for (const { name } of (await taking.take(piece(names.length))).batch.objects) names.push(name);
    assert.deepEqual(
      names,
      names.map((_, number) => `map-${number}`),
    );
  });

  it("ends when there is no list for a while, and is started again", async () => {
    const clock = createManualClock();
    const started = await ready(takerOf({ ownBytes: 0, idleMs: 1_000 }, clock));
    await using taker = started.taker;
    const taking = taker.begin(configMaps);
    await taking.take(piece(1));
    clock.advance(1_000);
    assert.equal(taker.thread(), "ready", "a list is not over");
    taking[Symbol.dispose]();
    clock.advance(1_000);
    assert.equal(taker.thread(), "idle");
    await ready(started);
    assert.deepEqual(started.warnings, []);
  });

  for (const [what, does] of Object.entries({
    "it ends": "process.exit(3)",
    "it fails": 'throw new Error("broken")',
    "it answers nonsense": 'parentPort.postMessage({ list: told.list, head: "{", texts: new Uint8Array() })',
  })) {
    it(`is done without from then on when ${what}: nobody waits for ever, and it is said once`, async () => {
      const started = await ready(
        takerOf({ ownBytes: 0, worker: threadThat(`if (told.lines?.length > 2000) { ${does} }`) }),
      );
      await using taker = started.taker;
      using taking = taker.begin(configMaps);
      const long = linesOf([mapOf(1), mapOf(2)]);
      assert.deepEqual(await Promise.all([taking.take(long), taking.take(long)]), [
        { batch: { objects: [] }, bytes: 0 },
        { batch: { objects: [] }, bytes: 0 },
      ]);
      assert.equal(taker.thread(), "broken");
      assert.equal(started.warnings.length, 1);
      using next = taker.begin(pods);
      assert.equal((await next.take(long)).batch.objects.length, 2);
    });
  }

  it("cannot be found: lists are taken in without it", async () => {
    const { taker, warnings } = takerOf({ ownBytes: 0, worker: new URL("./no-such-file.ts", import.meta.url) });
    await using _ = taker;
    using taking = taker.begin(configMaps);
    assert.equal((await taking.take(piece(1))).batch.objects.length, 1);
    await until("its failure", () => taker.thread() === "broken");
    assert.equal(warnings.length, 1);
    assert.equal((await taking.take(piece(2))).batch.objects.length, 1);
  });

  it("lets nobody wait when it is closed", async () => {
    const { taker } = await ready(takerOf({ ownBytes: 0, worker: threadThat("") }));
    using taking = taker.begin(configMaps);
    const waiting = taking.take(piece(1));
    await taker[Symbol.asyncDispose]();
    assert.equal((await waiting).bytes, 0);
    assert.equal((await taking.take(piece(2))).bytes, 0);
  });
});
