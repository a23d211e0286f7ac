import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError, isHeddleError } from "../../base/index.ts";
import { nextTurn } from "../turn.ts";
import {
  createGroupCommit,
  inOneStep,
  type Recovery,
  type Task,
  type TransactionHost,
  type Work,
} from "./group-commit.ts";

const failure = new HeddleError("the disk", { code: "HEDDLE_CATALOG_WRITE_FAILED", retryable: true });

/** Writes down what happened, "[" and "]" around a transaction, "!" where it was undone. */
function createRecorder(next: Recovery["next"] = "fail") {
  const seen: string[] = [];
  const host: TransactionHost = {
    rest: () => undefined,
    begin: () => void seen.push("["),
    commit: () => void seen.push("]"),
    recover: async () => {
      seen.push("!");
      return { next, error: failure };
    },
    tidy: () => false,
  };
  const say = (word: string): Task<string> => ({
    begin: () => inOneStep(() => (seen.push(word), word)),
    weight: 1,
  });
  const fail = (word: string, times = Infinity): Task<string> => {
    let left = times;
    const act = (): string => {
      seen.push(word);
      if (left-- > 0) throw new Error(word);
      return word;
    };
    return { begin: () => inOneStep(act), weight: 1 };
  };
  /** Without the empty transactions in which tidying found nothing to do. */
  const begun = (): number => seen.filter((word) => word === "[").length;
  const story = (): string => seen.join("").replaceAll("[]", "");
  return { host, say, fail, story, begun };
}

const options = { commitEveryMs: 50, enough: 5, sliceMs: 8 };

const atOnce = { ...options, commitEveryMs: 0 };

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await nextTurn();
};

describe("createGroupCommit", () => {
  it("commits what comes together in one transaction, in the order of the calls", async () => {
    const { host, say, story } = createRecorder();
    const { submit } = createGroupCommit({ clock: createManualClock(), host }, options);
    assert.deepEqual(await Promise.all(["a", "b", "c"].map((word) => submit(say(word)))), ["a", "b", "c"]);
    assert.equal(story(), "[abc]");
  });

  it("lets what comes soon after wait for others, until the time is over, enough wait, or one is urgent", async () => {
    const { host, say, story } = createRecorder();
    const clock = createManualClock();
    const { submit, waiting } = createGroupCommit({ clock, host }, options);
    await submit(say("a"));
    const second = submit(say("b"));
    await turns();
    assert.equal(story(), "[a]");
    assert.equal(waiting(), 1);
    clock.advance(50);
    await second;
    const many = ["c", "d", "e", "f", "g"].map((word) => submit(say(word)));
    await Promise.all(many);
    const patient = submit(say("h"));
    await turns();
    assert.equal(story(), "[a][b][cdefg]");
    await Promise.all([patient, submit({ ...say("i"), urgent: true })]);
    assert.equal(story(), "[a][b][cdefg][hi]");
    assert.equal(waiting(), 0);
  });

  it("lets what is patient wait longer, but not what comes behind it", async () => {
    const { host, say, story } = createRecorder();
    const clock = createManualClock();
    const { submit } = createGroupCommit({ clock, host }, options);
    await submit(say("a"));
    const words = ["b", "c", "d", "e", "f", "g"];
    const patient = Promise.all(words.map((word) => submit({ ...say(word), patient: true })));
    clock.advance(50);
    await turns();
    assert.equal(story(), "[a]", "more than enough of others, and longer than those would wait");
    await Promise.all([submit(say("h")), patient]);
    assert.equal(story(), "[a][bcdefgh]");
    const last = submit({ ...say("i"), patient: true });
    await turns();
    clock.advance(250);
    await last;
    assert.equal(story(), "[a][bcdefgh][i]");
  });

  it("lets the event loop turn within long work, and keeps it in one transaction", async () => {
    const { host, begun } = createRecorder();
    let nowMs = 0;
    const clock = { ...createManualClock(), monotonicMs: () => nowMs++ };
    const { submit } = createGroupCommit({ clock, host }, { ...atOnce, sliceMs: 10 });
    function* long(): Work<void> {
      for (let step = 0; step < 200; step++) yield;
    }
    let turnsSeen = 0;
    const stop = new AbortController();
    const watch = async (): Promise<void> => {
      for (; !stop.signal.aborted; await nextTurn()) turnsSeen++;
    };
    const watching = watch();
    await submit({ begin: long, weight: 1 });
    stop.abort();
    await watching;
    assert.ok(turnsSeen >= 15, `${turnsSeen} turns`);
    assert.equal(begun(), 1);
  });

  it("tries each alone when one of many is at fault", async () => {
    const { host, say, fail, story } = createRecorder("each");
    const { submit } = createGroupCommit({ clock: createManualClock(), host }, atOnce);
    const results = await Promise.allSettled([submit(say("a")), submit(fail("x")), submit(say("b"))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.equal(story(), "[ax![a][x![b]");
  });

  it("tries all once more when the cause is mended, and then no more", async () => {
    const { host, say, fail, story } = createRecorder("again");
    const { submit } = createGroupCommit({ clock: createManualClock(), host }, atOnce);
    assert.deepEqual(await Promise.all([submit(say("a")), submit(fail("x", 1))]), ["a", "x"]);
    assert.equal(story(), "[ax![ax]");
    await assert.rejects(submit({ ...fail("y"), urgent: true }), (error) => isHeddleError(error, failure.code));
    assert.equal(story(), "[ax![ax][y![y!");
  });

  it("fails those that wait behind what could not be written, and goes on with what comes later", async () => {
    const { host, say, fail, story } = createRecorder("fail");
    const { submit } = createGroupCommit({ clock: createManualClock(), host }, atOnce);
    const results = await Promise.allSettled([submit(fail("x")), submit(say("a"))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(await submit({ ...say("b"), urgent: true }), "b");
    assert.equal(story(), "[x![b]");
  });

  it("commits what was submitted before it is closed, without waiting, and refuses the rest", async () => {
    const { host, say, story } = createRecorder();
    const { submit, close } = createGroupCommit({ clock: createManualClock(), host }, options);
    await submit(say("a"));
    const last = submit(say("b"));
    await Promise.all([last, close()]);
    assert.equal(story(), "[a][b]");
    await assert.rejects(submit(say("c")), (error) => isHeddleError(error, "HEDDLE_CATALOG_CLOSED"));
  });

  it("waits before a transaction for what must rest first", async () => {
    const { host, say, story } = createRecorder();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { submit } = createGroupCommit(
      { clock: createManualClock(), host: { ...host, rest: () => promise } },
      options,
    );
    const saying = submit(say("a"));
    await turns();
    assert.equal(story(), "");
    resolve();
    await saying;
    assert.equal(story(), "[a]");
  });
});
