import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createManualClock, createSeededRandom, type ErrorCode, HeddleError, silentLogger } from "../../base/index.ts";
import { type Cluster, type ListPage } from "../../cluster/index.ts";
import { parseClusterId } from "../../model/index.ts";
import { createStore } from "../store.ts";
import { resourceOf } from "../testing/resources.ts";
import { resumptionOf, showKept } from "./resume.ts";
import { type Restored, type Shelf } from "./shelf.ts";
import { createStanding } from "./standing.ts";

const id = parseClusterId("prod");
const resource = resourceOf("v1", "ConfigMap");
const kept: Restored = { cursor: "7", upTo: "7", savedAtMs: 0, objects: [] };

const undecided = Symbol("undecided");

type Answer = ListPage | HeddleError;

const page = (resourceVersion: string): ListPage => ({ objects: [], resourceVersion });
const failure = (code: ErrorCode, retryable: boolean): HeddleError => new HeddleError("no", { code, retryable });
const busy = failure("HEDDLE_CLUSTER_UNAVAILABLE", true);

/** An API server that answers so when it is asked how far it is, the last answer for ever, and what may be kept. */
function show(answers: readonly Answer[], restore: Shelf["restore"]) {
  const clock = createManualClock();
  const store = createStore({ clock });
  let asked = 0;
  const pages = async function* () {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer instanceof HeddleError) throw answer;
    if (answer !== undefined) yield answer;
  };
  const cluster = { id, objects: { pages } } as unknown as Cluster;
  const events = { onChange: () => {}, onExpired: () => {} };
  const standing = createStanding({ store, clock, cacheTtlMs: 1 }, { cluster: id, resource }, events);
  const shelf = { restore } as unknown as Shelf;
  const stop = new AbortController();
  const deps = { store, clock, random: createSeededRandom(1), log: silentLogger, shelf, standing };
  const shown = showKept(deps, { cluster, resource }, stop.signal);
  return { clock, store, shown, asked: () => asked, stop: () => stop.abort(new Error("enough")) };
}

/** The same, and what is kept goes up to 7. */
async function begin(answers: readonly Answer[]) {
  const { clock, store, asked, stop, shown: showing } = show(answers, async () => kept);
  const shown = (await showing) ?? assert.fail("it is kept");
  const decided = resumptionOf(store, shown, { told: [], toldTo: "5" });
  return {
    asked,
    stop,
    /** From where a watch goes on; undefined: it has to be listed. */
    async from(): Promise<string | undefined> {
      let found: Awaited<typeof decided> | typeof undecided = undecided;
      for (let turn = 0; turn < 1_000 && found === undecided; turn++) {
        clock.advance(1_000);
        found = await Promise.race([decided, setImmediate(undecided)]);
      }
      assert.ok(found !== undecided, "it is decided in the end");
      return found?.from;
    },
  };
}

describe("where a watch goes on after a restart", () => {
  it("is where what is kept ends, if the API server is that far", async () => {
    assert.equal(await (await begin([page("7")])).from(), "7");
    assert.equal(await (await begin([page("6")])).from(), undefined);
  });

  it("is the same though the API server was too busy to say how far it is, at first", async () => {
    const begun = await begin([busy, busy, busy, page("9")]);
    assert.equal(await begun.from(), "7");
    assert.equal(begun.asked(), 4);
  });

  it("is nowhere when the API server never says it: the kind is listed", async () => {
    const begun = await begin([busy]);
    assert.equal(await begun.from(), undefined);
    assert.ok(begun.asked() > 5, `asked ${begun.asked()} times`);
  });

  it("is not asked for again where the answer will be the same", async () => {
    const begun = await begin([failure("HEDDLE_CLUSTER_FORBIDDEN", false)]);
    assert.equal(await begun.from(), undefined);
    assert.equal(begun.asked(), 1);
  });

  it("is not asked for any more when the kind is not followed any more", async () => {
    const begun = await begin([busy]);
    begun.stop();
    assert.equal(await begun.from(), undefined);
    assert.ok(begun.asked() <= 2);
  });

  it("is not asked for any more when nothing is kept", async () => {
    const restored = Promise.withResolvers<undefined>();
    const { clock, asked, shown } = show([busy], () => restored.promise);
    for (let turn = 0; turn < 1_000 && clock.pending() === 0; turn++) await setImmediate();
    assert.equal(clock.pending(), 1, "it is about to be asked for again");
    restored.resolve(undefined);
    assert.equal(await shown, undefined);
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    assert.equal(clock.pending(), 0);
    assert.equal(asked(), 1);
  });
});
