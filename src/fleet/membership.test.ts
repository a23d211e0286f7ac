import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createAuthority, until } from "../../test/kube/index.ts";
import { startLocalServer } from "../cluster/http/testing/local-server.ts";
import { type ClusterId, parseClusterId } from "../model/index.ts";
import { type Fleet } from "./model.ts";
import { becomes, createBench } from "./testing/bench.ts";
import { healthOf } from "./testing/real-fleet.ts";

const { signal } = new AbortController();
const never = new Promise<never>(() => {});

const { place, fleetOf, close } = createBench({ startServer: startLocalServer, createAuthority });
const id = parseClusterId;
const idsOf = (fleet: Fleet): readonly ClusterId[] => fleet.clusters().map(({ id }) => id);

function listen(fleet: Fleet): readonly string[] {
  const told: string[] = [];
  fleet.subscribe(({ type, id }) => void told.push(`${type} ${id}`));
  return told;
}

describe("a cluster that is added to a fleet", () => {
  afterEach(close);

  it("stands behind the others, is told at once, and contacted by no one before the fleet is started", async () => {
    const [a, b] = [await place("a"), await place("b")];
    const fleet = fleetOf([b.planned]);
    const told = listen(fleet);
    fleet.add(a.planned);
    assert.deepEqual(told, ["added a"]);
    assert.deepEqual(idsOf(fleet), ["b", "a"]);
    assert.equal(fleet.planned(id("a")), a.planned);
    await new Promise(setImmediate);
    assert.equal(a.server.requests.length, 0);
    assert.equal((await fleet.connect(id("a"), signal)).id, "a");
  });

  it("is checked at once by a fleet that is started, and told to those who follow", async () => {
    const fleet = fleetOf([], { checkIntervalMs: 3_600_000 });
    fleet.start();
    const connected = becomes(fleet, "a", "Connected");
    fleet.add((await place("a")).planned);
    await connected;
  });

  it("is refused when its id is taken, and the one that has it goes on", async () => {
    const [a, other] = [await place("a"), await place("a")];
    const fleet = fleetOf([a.planned]);
    const told = listen(fleet);
    assert.throws(() => fleet.add(other.planned), {
      code: "HEDDLE_FLEET_CLUSTER_EXISTS",
      message: 'there is a cluster "a" already: a test; remove it first, or give the new one another id',
    });
    assert.equal(fleet.planned(id("a")), a.planned);
    assert.deepEqual(told, []);
  });

  it("is refused as the same cluster as an earlier one, as any entry is", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const fleet = fleetOf([first.planned]);
    fleet.start();
    fleet.add(second.planned);
    await becomes(fleet, "second", "Failed");
    assert.equal(healthOf(fleet, "second").error?.code, "HEDDLE_FLEET_REPEATED");
  });
});

describe("a cluster that is removed from a fleet", () => {
  afterEach(close);

  it("closes its connections before that is told as done, and no one knows it any more", async () => {
    const [a, b] = [await place("a"), await place("b")];
    const fleet = fleetOf([a.planned, b.planned]);
    const told = listen(fleet);
    fleet.start();
    await Promise.all([becomes(fleet, "a", "Connected"), becomes(fleet, "b", "Connected")]);
    const cluster = await fleet.connect(id("a"), signal);
    const removed = fleet.remove(id("a"));
    assert.deepEqual(told, ["removed a"]);
    assert.deepEqual(idsOf(fleet), ["b"]);
    await removed;
    await until("its connections to be closed", () => a.server.connections.size === 0);
    await assert.rejects(cluster.api.json({ path: "/version" }), { code: "HEDDLE_CLUSTER_CLOSED" });
    const asked = a.server.requests.length;
    await becomes(fleet, "b", "Connected");
    assert.equal(a.server.requests.length, asked);
    for (const question of [fleet.connect, fleet.check])
      await assert.rejects(question(id("a"), signal), { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" });
    assert.throws(() => fleet.planned(id("a")), { code: "HEDDLE_FLEET_UNKNOWN_CLUSTER" });
  });

  it("does not wait for a silent server, and says why to whoever waits for it", async () => {
    const silent = await place("silent");
    silent.api.answersAfter = never;
    const fleet = fleetOf([silent.planned], { connectTimeoutMs: 60_000 });
    const refused = assert.rejects(fleet.connect(id("silent"), signal), {
      code: "HEDDLE_FLEET_CLUSTER_REMOVED",
      message: "silent was removed from the fleet",
    });
    await until("it to be asked", () => silent.api.waiting > 0);
    await fleet.remove(id("silent"));
    await refused;
    await until("its connection to be closed", () => silent.server.connections.size === 0);
  });

  it("fails for one that is not there, with the near word", async () => {
    const fleet = fleetOf([(await place("prod-us")).planned]);
    await assert.rejects(fleet.remove(id("prod-uss")), {
      code: "HEDDLE_FLEET_UNKNOWN_CLUSTER",
      message: 'there is no cluster "prod-uss"; did you mean "prod-us"?',
    });
    await fleet.remove(id("prod-us"));
    await assert.rejects(fleet.remove(id("prod-us")), { message: 'there is no cluster "prod-us"; there is none' });
  });

  it("leaves its place to a later one that was refused as the same, at once", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const third = await place("third", "same");
    const fleet = fleetOf([first.planned, second.planned, third.planned], { checkIntervalMs: 3_600_000 });
    fleet.start();
    await becomes(fleet, "first", "Connected");
    await Promise.all([becomes(fleet, "second", "Failed"), becomes(fleet, "third", "Failed")]);
    await fleet.remove(id("first"));
    await becomes(fleet, "second", "Connected");
    assert.match(healthOf(fleet, "third").reason, /^third reaches the same cluster as second /);
  });

  it("takes nothing from a later one that is just deciding whether it is the same", async () => {
    const authority = createAuthority("shared");
    const first = await place("first", "same");
    const [silent, second] = [await place("silent", "other", authority), await place("second", "same", authority)];
    silent.api.answersAfter = never;
    const fleet = fleetOf([first.planned, silent.planned, second.planned], { connectTimeoutMs: 60_000 });
    await fleet.connect(id("first"), signal);
    const silently = assert.rejects(fleet.connect(id("silent"), signal));
    const connected = fleet.connect(id("second"), signal);
    await until("the second to be reached", () => second.server.requests.length > 0 && second.api.waiting === 0);
    // It waits a moment for the silent one, which might be the same cluster too.
    await fleet.remove(id("first"));
    assert.equal((await connected).id, "second");
    await fleet[Symbol.asyncDispose]();
    await silently;
  });

  it("may come back at once, on connections of its own", async () => {
    const { planned } = await place("a");
    const fleet = fleetOf([planned]);
    const before = await fleet.connect(id("a"), signal);
    const removed = fleet.remove(id("a"));
    fleet.add(planned);
    const after = await fleet.connect(id("a"), signal);
    await removed;
    assert.notEqual(after, before);
    await after.api.json({ path: "/version" });
  });
});

describe("a cluster of a fleet that is changed", () => {
  afterEach(close);

  it("is removed and added in its place when its way in is another", async () => {
    const [a, b, other] = [await place("a"), await place("b"), await place("a")];
    const fleet = fleetOf([a.planned, b.planned]);
    const told = listen(fleet);
    fleet.start();
    await becomes(fleet, "a", "Connected");
    await fleet.replace(other.planned);
    await becomes(fleet, "a", "Connected");
    assert.deepEqual(told, ["removed a", "added a"]);
    assert.deepEqual(idsOf(fleet), ["a", "b"]);
    await until("the old connections to be closed", () => a.server.connections.size === 0);
    assert.ok(other.server.connections.size > 0);
  });

  it("keeps its connections and its counts when only its labels are others", async () => {
    const { planned } = await place("a");
    const fleet = fleetOf([planned]);
    await fleet.check(id("a"), signal);
    const before = await fleet.connect(id("a"), signal);
    fleet.relabel({ ...planned, info: { ...planned.info, name: "Prod", environment: "prod", server: "" } });
    assert.equal(await fleet.connect(id("a"), signal), before);
    const [summary] = fleet.summaries();
    assert.deepEqual(summary?.info, { ...planned.info, name: "Prod", environment: "prod" });
    assert.deepEqual(summary?.nodes, { ready: 1, total: 1 });
  });

  it("takes over from an earlier entry for the same cluster when the order is turned round", async () => {
    const [first, second] = [await place("first", "same"), await place("second", "same")];
    const fleet = fleetOf([first.planned, second.planned], { checkIntervalMs: 3_600_000 });
    fleet.start();
    await becomes(fleet, "second", "Failed");
    await fleet.arrange([id("second")]);
    await Promise.all([becomes(fleet, "second", "Connected"), becomes(fleet, "first", "Failed")]);
    assert.deepEqual(idsOf(fleet), ["second", "first"]);
    await until("the first's connections to be closed", () => first.server.connections.size === 0);
  });
});

describe("a fleet whose clusters come and go", () => {
  afterEach(close);

  it("is not disturbed by a listener that throws, and forgets one that has left", async () => {
    const fleet = fleetOf([]);
    fleet.subscribe(() => assert.fail("a listener's own fault"));
    let heard = 0;
    const leave = fleet.subscribe(() => void (heard += 1));
    fleet.add((await place("a")).planned);
    leave();
    await fleet.remove(id("a"));
    assert.equal(heard, 1);
  });

  it("takes nothing more once it is closed, and waits for what is still being removed", async () => {
    const { planned, server } = await place("a");
    const fleet = fleetOf([planned]);
    await fleet.connect(id("a"), signal);
    const removed = fleet.remove(id("a"));
    await fleet[Symbol.asyncDispose]();
    await removed;
    await until("all connections to be closed", () => server.connections.size === 0);
    assert.throws(() => fleet.add(planned), { code: "HEDDLE_FLEET_CLOSED" });
    await assert.rejects(fleet.remove(id("a")), { code: "HEDDLE_FLEET_CLOSED" });
  });
});
