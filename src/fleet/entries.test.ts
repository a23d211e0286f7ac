import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createAuthority, until } from "../../test/kube/index.ts";
import { createManualClock, isHeddleError } from "../base/index.ts";
import { startLocalServer } from "../cluster/http/testing/local-server.ts";
import { parseClusterId } from "../model/index.ts";
import { createBench } from "./testing/bench.ts";
import { healthOf } from "./testing/real-fleet.ts";

const { signal } = new AbortController();
const never = new Promise<never>(() => {});

const { place, fleetOf, close } = createBench({ startServer: startLocalServer, createAuthority });
const id = parseClusterId;

describe("a fleet's pool", () => {
  afterEach(close);

  it("connects at most worker_pool_size at a time, and all of them in the end", async () => {
    const places = await Promise.all(Array.from({ length: 9 }, (_, index) => place(`c${index}`)));
    const gates = places.map(() => Promise.withResolvers<void>());
    for (const [index, { api }] of places.entries()) api.answersAfter = gates[index]?.promise ?? never;
    const fleet = fleetOf(
      places.map(({ planned }) => planned),
      { workerPoolSize: 3, connectTimeoutMs: 60_000 },
    );
    const connected = Promise.all(places.map(({ planned }) => fleet.connect(planned.info.id, signal)));
    const waiting = (): number => places.reduce((sum, { api }) => sum + api.waiting, 0);
    let most = 0;
    for (const [index, gate] of gates.entries()) {
      const left = places.length - index;
      await until("the pool to be full", () => waiting() === Math.min(3, left), { everyMs: 2 });
      most = Math.max(most, waiting(), places.filter(({ server }) => server.connections.size > 0).length - index);
      gate.resolve();
    }
    assert.equal((await connected).length, 9);
    assert.equal(most, 3);
  });

  it("gives a silent cluster its place for the time limit only, and the others theirs meanwhile", async () => {
    const silent = await place("silent");
    silent.api.answersAfter = never;
    const others = await Promise.all(["a", "b", "c"].map((name) => place(name)));
    const all = [silent, ...others].map(({ planned }) => planned);
    const clock = createManualClock(Date.now());
    const fleet = fleetOf(all, { workerPoolSize: 2, connectTimeoutMs: 60_000 }, clock);
    let isGivenUp = false;
    const dead = fleet
      .connect(id("silent"), signal)
      .catch((error: unknown) => error)
      .finally(() => (isGivenUp = true));
    await Promise.all(others.map(({ planned }) => fleet.connect(planned.info.id, signal)));
    assert.equal(isGivenUp, false, "nobody waited for the silent one");
    await until("the silent one to be asked", () => silent.api.waiting > 0);
    clock.advance(60_000);
    const error = await dead;
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_TIMEOUT"));
    assert.equal(error.message, `${silent.server.url} did not answer within 60 s`);
    assert.equal(healthOf(fleet, "silent").reason, error.message);
    await until("its connection to be closed", () => silent.server.connections.size === 0);
  });

  it("lets a cluster that was not tried yet pass one that failed before", async () => {
    const [failed, first, fresh] = [await place("failed"), await place("first"), await place("fresh")];
    failed.api.tokens = [];
    const gate = Promise.withResolvers<void>();
    first.api.answersAfter = gate.promise;
    const fleet = fleetOf([failed.planned, first.planned, fresh.planned], { workerPoolSize: 1 });
    await assert.rejects(fleet.connect(id("failed"), signal));
    const order: string[] = [];
    const connect = (name: string): Promise<unknown> =>
      fleet.connect(id(name), signal).then(
        () => order.push(name),
        () => order.push(name),
      );
    const all = ["first", "failed", "fresh"].map(connect);
    await until("the first to have the place", () => first.api.waiting > 0, { everyMs: 2 });
    gate.resolve();
    await Promise.all(all);
    assert.deepEqual(order, ["first", "fresh", "failed"]);
  });
});
