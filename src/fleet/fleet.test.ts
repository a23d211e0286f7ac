import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { createAuthority, until } from "../../test/kube/index.ts";
import { HeddleError, isHeddleError } from "../base/index.ts";
import { startLocalServer } from "../cluster/http/testing/local-server.ts";
import { parseClusterId } from "../model/index.ts";
import { type PlannedCluster } from "./plan/model.ts";
import { becomes, createBench } from "./testing/bench.ts";
import { healthOf } from "./testing/real-fleet.ts";
import { plannedAt } from "./testing/thin-api.ts";

const { signal } = new AbortController();
const never = new Promise<never>(() => {});

const { place, fleetOf, close } = createBench({ startServer: startLocalServer, createAuthority });
const id = parseClusterId;

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

describe("closing a fleet in the middle", () => {
  afterEach(close);

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
    await until("its connection to be closed", () => sockets.size === 0);
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
