import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createAuthority, until } from "../../test/kube/index.ts";
import { createManualClock } from "../base/index.ts";
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
    const other = fleetOf([dead.planned, second.planned], { connectTimeoutMs: 120_000 });
    let isGivenUp = false;
    void other.connect(id("dead"), signal).catch(() => (isGivenUp = true));
    await other.connect(id("second"), signal);
    assert.equal(isGivenUp, false, "it did not wait until the dead one's time was over");
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
