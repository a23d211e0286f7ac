import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, afterEach, describe, it } from "node:test";
import {
  createManualClock,
  createSeededRandom,
  HeddleError,
  isHeddleError,
  silentLogger,
  systemClock,
} from "../base/index.ts";
import { type ClusterHealth, parseClusterId } from "../model/index.ts";
import { type LocalServer, startLocalServer } from "../cluster/http/testing/local-server.ts";
import { createAuthority, until } from "../../test/kube/index.ts";
import { createFleet } from "./fleet.ts";
import { type Fleet, type FleetOptions } from "./model.ts";
import { type PlannedCluster } from "./plan/model.ts";
import { createThinApi, plannedAt, type ThinApi } from "./testing/thin-api.ts";

const { signal } = new AbortController();
const never = new Promise<never>(() => {});
const opened: AsyncDisposable[] = [];
const close = async (): Promise<void> => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
};

type Place = Readonly<{ api: ThinApi; server: LocalServer; ca: string; planned: PlannedCluster }>;

/** An entry and the server that it leads to, with an authority of its own unless another's is given. */
async function place(id: string, uid = `uid-of-${id}`, authority = createAuthority(id)): Promise<Place> {
  const api = createThinApi(uid);
  const keys = authority.issue({ commonName: id, hosts: ["127.0.0.1"] });
  const server = await startLocalServer({ keys, handler: api.handler });
  opened.push(server);
  return { api, server, ca: authority.cert, planned: plannedAt(id, { server: server.url, ca: authority.cert }) };
}

function fleetOf(clusters: readonly PlannedCluster[], options: Partial<FleetOptions> = {}, clock = systemClock): Fleet {
  const deps = { clock, random: createSeededRandom(1), log: silentLogger };
  const fleet = createFleet(deps, { clusters, connectTimeoutMs: 2_000, checkIntervalMs: 20, ...options });
  opened.push(fleet);
  return fleet;
}

const id = parseClusterId;
const healthOf = (fleet: Fleet, name: string): ClusterHealth => {
  const summary = fleet.summaries().find(({ info }) => info.id === name);
  assert.ok(summary);
  return summary.health;
};
const becomes = (fleet: Fleet, name: string, state: ClusterHealth["state"]): Promise<unknown> =>
  until(`${name} to be ${state}`, () => healthOf(fleet, name).state === state, { timeoutMs: 10_000, everyMs: 5 });

describe("createFleet", () => {
  afterEach(close);

  it("contacts no one before it is asked", async () => {
    const { planned, server } = await place("a");
    const fleet = fleetOf([planned]);
    assert.deepEqual(fleet.clusters(), [planned.info]);
    assert.equal(healthOf(fleet, "a").state, "Unknown");
    await fleet[Symbol.asyncDispose]();
    assert.equal(server.connections.size, 0);
  });

  it("connects once for all who ask, and answers at once from then on", async () => {
    const { planned, server } = await place("a");
    const fleet = fleetOf([planned]);
    const [first, second] = await Promise.all([fleet.connect(id("a"), signal), fleet.connect(id("a"), signal)]);
    assert.equal(first, second);
    assert.equal(await fleet.connect(id("a"), signal), first);
    assert.deepEqual(server.requests, ["GET /api/v1/namespaces/kube-system"]);
  });

  it("refuses an id that is not in it, with the near word", async () => {
    const fleet = fleetOf([(await place("prod-us")).planned]);
    await assert.rejects(
      fleet.connect(id("prod-uss"), signal),
      /there is no cluster "prod-uss"; did you mean "prod-us"\?/,
    );
  });

  it("tells health, nodes and namespaces of a cluster that is checked", async () => {
    const { planned, api } = await place("a");
    api.nodes = ["Ready", "NotReady", "Ready,SchedulingDisabled"];
    const summary = await fleetOf([planned]).check(id("a"), signal);
    assert.equal(summary.health.state, "Connected");
    assert.equal(summary.health.version, "v1.34.4");
    assert.ok((summary.health.latencyMs ?? 0) > 0 && (summary.health.certificateExpiresAtMs ?? 0) > Date.now());
    assert.deepEqual([summary.nodes, summary.namespaces], [{ ready: 2, total: 3 }, 4]);
  });

  it("asks again for health, and tells who follows what has changed", async () => {
    const { planned, api } = await place("a");
    const fleet = fleetOf([planned]);
    const seen: (number | undefined)[] = [];
    fleet.start();
    fleet.start();
    for await (const { namespaces } of fleet.changes(signal)) {
      seen.push(namespaces);
      if (namespaces === 4) api.namespaces = 5;
      if (namespaces === 5) break;
    }
    assert.equal(seen[0], undefined);
    assert.deepEqual(
      seen.filter((count) => count !== undefined && count !== 4),
      [5],
    );
  });
});

describe("a fleet's pool", () => {
  afterEach(close);

  it("connects at most worker_pool_size at a time, and all of them in the end", async () => {
    const places = await Promise.all(Array.from({ length: 9 }, (_, index) => place(`c${index}`)));
    const gates = places.map(() => Promise.withResolvers<void>());
    for (const [index, { api }] of places.entries()) api.answersAfter = gates[index]?.promise ?? never;
    const fleet = fleetOf(
      places.map(({ planned }) => planned),
      { workerPoolSize: 3, connectTimeoutMs: 10_000 },
    );
    const connected = Promise.all(places.map(({ planned }) => fleet.connect(planned.info.id, signal)));
    const waiting = (): number => places.reduce((sum, { api }) => sum + api.waiting, 0);
    let most = 0;
    for (const [index, gate] of gates.entries()) {
      const left = places.length - index;
      await until("the pool to be full", () => waiting() === Math.min(3, left), { timeoutMs: 5_000, everyMs: 2 });
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
    const fleet = fleetOf(all, { workerPoolSize: 2, connectTimeoutMs: 400 });
    const startMs = performance.now();
    const dead = fleet.connect(id("silent"), signal).catch((error: unknown) => error);
    await Promise.all(others.map(({ planned }) => fleet.connect(planned.info.id, signal)));
    const othersMs = performance.now() - startMs;
    const error = await dead;
    assert.ok(othersMs < 400, `the others took ${othersMs} ms`);
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_TIMEOUT"));
    assert.equal(error.message, `${silent.server.url} did not answer within 0.4 s`);
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

describe("a cluster of a fleet that fails", () => {
  afterEach(close);

  it("does so alone, with the reason, and comes back by itself", async () => {
    const well = await place("well");
    const late = await place("late");
    const gone = await place("gone");
    await gone.server[Symbol.asyncDispose]();
    let server = gone.server.url;
    const access: PlannedCluster["access"] = async () => ({ ...(await late.planned.access()), server });
    const fleet = fleetOf([{ ...late.planned, access }, well.planned]);
    fleet.start();
    await Promise.all([becomes(fleet, "well", "Connected"), becomes(fleet, "late", "Failed")]);
    assert.match(healthOf(fleet, "late").reason, /ECONNREFUSED|refused/);
    server = late.server.url;
    await becomes(fleet, "late", "Connected");
    assert.equal(healthOf(fleet, "late").reason, "");
  });

  it("says so where its way in cannot even be read, and is read anew later", async () => {
    const { planned } = await place("a");
    let broken = true;
    const missing = new HeddleError("there is no token file", { code: "HEDDLE_CREDENTIAL_FILE" });
    const access: PlannedCluster["access"] = async () => {
      if (broken) throw missing;
      return planned.access();
    };
    const fleet = fleetOf([{ ...planned, access }]);
    await assert.rejects(fleet.connect(id("a"), signal), missing);
    assert.equal(healthOf(fleet, "a").reason, "there is no token file");
    broken = false;
    await fleet.connect(id("a"), signal);
    assert.equal(healthOf(fleet, "a").state, "Unknown");
  });

  it("reads its credentials anew when they are not accepted any more", async () => {
    const { api, server, ca } = await place("a");
    let token = "first-token";
    const fleet = fleetOf([plannedAt("a", { server: server.url, ca, token: () => token })]);
    api.tokens = ["first-token"];
    fleet.start();
    await becomes(fleet, "a", "Connected");
    api.tokens = ["second-token"];
    await becomes(fleet, "a", "Failed");
    assert.equal(healthOf(fleet, "a").error?.code, "HEDDLE_CLUSTER_UNAUTHORIZED");
    assert.ok(healthOf(fleet, "a").lastSuccessAtMs);
    token = "second-token";
    await becomes(fleet, "a", "Connected");
  });
});

describe("two entries of a fleet that are one cluster", () => {
  afterEach(close);

  it("are told apart from two clusters: the later is refused, naming the first", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const fleet = fleetOf([first.planned, (await place("other")).planned, second.planned]);
    fleet.start();
    await Promise.all([becomes(fleet, "first", "Connected"), becomes(fleet, "other", "Connected")]);
    await becomes(fleet, "second", "Failed");
    const reason =
      "second reaches the same cluster as first (its kube-system namespace has the same uid): remove one of the two";
    assert.equal(healthOf(fleet, "second").reason, reason);
    await assert.rejects(fleet.connect(id("second"), signal), { code: "HEDDLE_FLEET_REPEATED", message: reason });
  });

  it("are so in the order of configuration, even when the first is slower at the same address", async () => {
    const both = await place("first", "same");
    const gate = Promise.withResolvers<void>();
    const slow: PlannedCluster["access"] = async () => {
      await gate.promise;
      return both.planned.access();
    };
    const second = plannedAt("second", { server: both.server.url, ca: both.ca });
    const clock = createManualClock(Date.now());
    const fleet = fleetOf([{ ...both.planned, access: slow }, second], { connectTimeoutMs: 60_000 }, clock);
    const connected = fleet.connect(id("first"), signal);
    let settled = false;
    const refused = assert
      .rejects(fleet.connect(id("second"), signal), { code: "HEDDLE_FLEET_REPEATED" })
      .finally(() => (settled = true));
    await until("the second to have been reached", () => both.server.requests.length > 0 && both.api.waiting === 0);
    for (let passed = 0; passed < 10; passed++) {
      clock.advance(200);
      await new Promise(setImmediate);
    }
    assert.equal(settled, false);
    gate.resolve();
    await Promise.all([connected, refused]);
  });

  it("wait a moment for each other at two addresses with one authority, and not for a dead one", async () => {
    const authority = createAuthority("shared");
    const [first, second] = [await place("first", "same", authority), await place("second", "same", authority)];
    const gate = Promise.withResolvers<void>();
    first.api.answersAfter = gate.promise;
    const fleet = fleetOf([first.planned, second.planned]);
    const connected = fleet.connect(id("first"), signal);
    const refused = assert.rejects(fleet.connect(id("second"), signal), { code: "HEDDLE_FLEET_REPEATED" });
    await until("the second to be reached", () => second.server.requests.length > 0);
    gate.resolve();
    await Promise.all([connected, refused]);

    const dead = await place("dead", "same", authority);
    dead.api.answersAfter = never;
    const startMs = performance.now();
    const other = fleetOf([dead.planned, second.planned], { connectTimeoutMs: 5_000 });
    void other.connect(id("dead"), signal).catch(() => {});
    await other.connect(id("second"), signal);
    assert.ok(performance.now() - startMs < 2_000);
  });

  it("do not wait for each other where nothing speaks for it; the first then takes the cluster over", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const gate = Promise.withResolvers<void>();
    first.api.answersAfter = gate.promise;
    const fleet = fleetOf([first.planned, second.planned]);
    const connected = fleet.connect(id("first"), signal);
    const cluster = await fleet.connect(id("second"), signal);
    gate.resolve();
    await connected;
    assert.equal(healthOf(fleet, "second").error?.code, "HEDDLE_FLEET_REPEATED");
    await assert.rejects(cluster.api.json({ path: "/version" }), { code: "HEDDLE_CLUSTER_CLOSED" });
  });

  it("are two again once one of them leads to another cluster", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const fleet = fleetOf([first.planned, second.planned]);
    fleet.start();
    await Promise.all([becomes(fleet, "first", "Connected"), becomes(fleet, "second", "Failed")]);
    first.api.uid = "built anew";
    await becomes(fleet, "second", "Connected");
    second.api.uid = "built anew";
    await becomes(fleet, "second", "Failed");
  });

  it("stay so while the first is away", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const fleet = fleetOf([first.planned, second.planned]);
    await fleet.connect(id("first"), signal);
    first.api.answersAfter = never;
    await assert.rejects(fleet.connect(id("second"), signal), { code: "HEDDLE_FLEET_REPEATED" });
  });

  it("cannot be told where kube-system may not be read", async () => {
    const [first, second] = [await place("first"), await place("second")];
    first.api.uid = undefined;
    second.api.uid = undefined;
    const fleet = fleetOf([first.planned, second.planned]);
    await Promise.all([fleet.connect(id("first"), signal), fleet.connect(id("second"), signal)]);
  });
});

describe("closing a fleet in the middle", () => {
  afterEach(close);
  after(close);

  it("ends what waits, what connects and what is connected, and leaves no connection", async () => {
    const places = await Promise.all(["well", "silent", "queued"].map((name) => place(name)));
    const [well, silent] = places;
    if (silent !== undefined) silent.api.answersAfter = never;
    const fleet = fleetOf(
      places.map(({ planned }) => planned),
      { workerPoolSize: 1, connectTimeoutMs: 60_000 },
    );
    await fleet.connect(id("well"), signal);
    fleet.start();
    const changes = Array.fromAsync(fleet.changes(signal));
    const waiting = ["silent", "queued"].map((name) => fleet.connect(id(name), signal));
    const outcomes = Promise.allSettled(waiting);
    await until("the silent one to be asked", () => (silent?.server.requests.length ?? 0) > 0);
    await fleet[Symbol.asyncDispose]();
    for (const outcome of await outcomes)
      assert.ok(outcome.status === "rejected" && isHeddleError(outcome.reason, "HEDDLE_FLEET_CLOSED"));
    assert.ok((await changes).length >= 3);
    await assert.rejects(fleet.connect(id("well"), signal), { code: "HEDDLE_FLEET_CLOSED" });
    await until("all connections to be closed", () => places.every(({ server }) => server.connections.size === 0));
    assert.equal(well?.server.connections.size, 0);
  });

  it("leaves no connection behind to a server that never begins TLS", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.resume());
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const planned = plannedAt("mute", { server: `https://127.0.0.1:${port}`, ca: createAuthority("mute").cert });
    const fleet = fleetOf([planned], { connectTimeoutMs: 60_000 });
    const refused = assert.rejects(fleet.connect(id("mute"), signal), { code: "HEDDLE_FLEET_CLOSED" });
    await until("a connection", () => sockets.size > 0);
    await fleet[Symbol.asyncDispose]();
    await refused;
    await until("its connection to be closed", () => sockets.size === 0, { timeoutMs: 2_000 });
    server.close();
  });

  it("is not what one caller's abort does: the others get the cluster", async () => {
    const { planned, api } = await place("a");
    const gate = Promise.withResolvers<void>();
    api.answersAfter = gate.promise;
    const fleet = fleetOf([planned]);
    const controller = new AbortController();
    const one = fleet.connect(id("a"), controller.signal);
    const other = fleet.connect(id("a"), signal);
    controller.abort(new Error("enough"));
    await assert.rejects(one, /enough/);
    gate.resolve();
    assert.equal((await other).id, "a");
  });
});
