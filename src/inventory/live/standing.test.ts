import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError } from "../../base/index.ts";
import { type KubeObject, parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { configMaps } from "../../cluster/follow/testing/real-follow.ts";
import { createStanding } from "./standing.ts";

const cluster = parseClusterId("prod");
const resource = configMaps;
const settings: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "default", uid: "u1", resourceVersion: "1" },
};
const unreachable = new HeddleError("nobody answers", { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
const broken = new HeddleError("the webhook is broken", {
  code: "HEDDLE_CLUSTER_UNAVAILABLE",
  details: { httpStatus: 500 },
});

function begin() {
  const clock = createManualClock(1_000);
  const store = createStore({ clock });
  const told: string[] = [];
  const standing = createStanding(
    { store, clock, cacheTtlMs: 60_000 },
    { cluster, resource },
    { onChange: () => told.push("change"), onExpired: () => told.push("expired") },
  );
  standing.connected(true);
  const shown = (): string => store.kinds(cluster)[0]?.freshness.state ?? "absent";
  const list = (): void => {
    store.apply(cluster, resource, [{ type: "created", object: settings }]);
    standing.contact();
    standing.listed(true);
    standing.set("live", "");
  };
  return { clock, store, standing, told, shown, list };
}

describe("createStanding", () => {
  it("shows a kind that is being listed, and one that is live", () => {
    const { standing, shown, list } = begin();
    standing.set("syncing", "the first list is being read");
    assert.equal(shown(), "catching-up");
    list();
    assert.equal(shown(), "live");
  });

  it("keeps what the store has of a lost cluster for a while, stale, and then drops it", () => {
    const { clock, standing, shown, list, told, store } = begin();
    list();
    standing.set("catching-up", "nobody answers", unreachable);
    clock.advance(59_999);
    standing.set("catching-up", "nobody answers still", unreachable);
    assert.equal(shown(), "stale");
    assert.ok(!told.includes("expired"));
    clock.advance(1);
    assert.equal(shown(), "absent");
    assert.ok(told.includes("expired"));
    assert.equal(
      store.get({ cluster, group: "", kind: "ConfigMap", namespace: "default", name: "settings" }),
      undefined,
    );
  });

  it("does not show a kind again before something comes from it", () => {
    const { clock, standing, shown, list } = begin();
    list();
    standing.connected(false);
    clock.advance(60_000);
    standing.connected(true);
    standing.set("syncing", "the first list is being read");
    assert.equal(shown(), "absent");
    standing.contact();
    assert.equal(shown(), "catching-up");
  });

  it("forgets that it was stale when it is live again", () => {
    const { clock, standing, shown, list } = begin();
    list();
    for (let minute = 0; minute < 10; minute++) {
      standing.set("catching-up", "nobody answers", unreachable);
      clock.advance(50_000);
      standing.set("live", "");
      clock.advance(50_000);
    }
    assert.equal(shown(), "live");
  });

  it("never shows a kind that may not be listed", () => {
    const { standing, shown } = begin();
    standing.set("syncing", "the first list is being read");
    standing.set("forbidden", "you may not", new HeddleError("no", { code: "HEDDLE_CLUSTER_FORBIDDEN" }));
    assert.equal(shown(), "absent");
    assert.ok(standing.isSettled());
  });

  it("gives up waiting for a list that the API server answers with errors only, and takes hope again", () => {
    const { clock, standing, told, list } = begin();
    standing.set("catching-up", "the webhook is broken", broken);
    clock.advance(29_999);
    assert.equal(standing.isSettled(), false);
    const before = told.length;
    clock.advance(1);
    assert.equal(standing.isSettled(), true);
    assert.equal(told.length, before + 1, "it is told");
    standing.set("syncing", "the list is read again");
    assert.equal(standing.isSettled(), false);
    list();
    assert.equal(standing.isSettled(), true);
  });

  it("waits for a cluster that does not answer, however long", () => {
    const { clock, standing } = begin();
    standing.set("catching-up", "nobody answers", unreachable);
    clock.advance(3_600_000);
    assert.equal(standing.isSettled(), false);
  });

  it("leaves no timer behind", () => {
    const { clock, standing, list } = begin();
    list();
    standing.connected(false);
    standing.listed(false);
    standing.set("catching-up", "the webhook is broken", broken);
    standing.close();
    assert.equal(clock.pending(), 0);
  });
});
