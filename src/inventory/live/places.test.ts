import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { createPlaces, type Place } from "./places.ts";

const [near, far] = [parseClusterId("near"), parseClusterId("far")];

function begin(size: number) {
  const clock = createManualClock();
  const places = createPlaces({ size, idleMs: 5_000 }, clock);
  const stop = new AbortController();
  const order: string[] = [];
  const take = async (cluster: typeof near, name: string): Promise<Place> => {
    const place = await places.take(cluster, stop.signal);
    order.push(name);
    return place;
  };
  return { clock, places, stop, order, take };
}
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("createPlaces", () => {
  it("admits so many at a time, in their order", async () => {
    const { take, order, places } = begin(2);
    const taken = ["a", "b", "c", "d"].map((name) => take(near, name));
    await turn();
    assert.deepEqual(order, ["a", "b"]);
    (await taken[0])?.giveBack();
    await turn();
    assert.deepEqual(order, ["a", "b", "c"]);
    assert.equal(places.taken(), 2);
  });

  it("takes a place from who makes no progress for a while", async () => {
    const { clock, take, order } = begin(1);
    const first = take(far, "silent");
    void take(near, "next");
    await first;
    clock.advance(4_999);
    await turn();
    assert.deepEqual(order, ["silent"]);
    clock.advance(1);
    await turn();
    assert.deepEqual(order, ["silent", "next"]);
  });

  it("leaves it to who makes progress, however slowly", async () => {
    const { clock, take, order } = begin(1);
    const first = await take(far, "slow");
    void take(near, "next");
    for (let second = 0; second < 20; second += 4) {
      clock.advance(4_000);
      first.progress();
    }
    await turn();
    assert.deepEqual(order, ["slow"]);
  });

  it("gives a free place to the cluster that holds the fewest", async () => {
    const { take, order } = begin(2);
    const taken = ["far-1", "far-2", "far-3"].map((name) => take(far, name));
    void take(near, "near-1");
    (await taken[0])?.giveBack();
    await turn();
    assert.deepEqual(order, ["far-1", "far-2", "near-1"]);
  });

  it("counts a place once that is given back twice", async () => {
    const { take, places } = begin(1);
    const place = await take(near, "a");
    place.giveBack();
    place.giveBack();
    assert.equal(places.taken(), 0);
    await take(near, "b");
    assert.equal(places.taken(), 1);
    place.progress();
    assert.equal(places.taken(), 1);
  });

  it("lets who waits leave with its signal, and nobody else's place is lost", async () => {
    const { take, places, stop } = begin(1);
    const first = await take(near, "a");
    const waiting = places.take(near, stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    first.giveBack();
    assert.equal(places.taken(), 0);
  });
});
