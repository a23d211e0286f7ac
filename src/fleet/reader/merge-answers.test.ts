import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeAnswers } from "./merge-answers.ts";

const { signal } = new AbortController();

async function* give<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const collect = <T>(answers: AsyncIterable<T>): Promise<readonly T[]> => Array.fromAsync(answers);

/** Waits for its signal, then notes that it has ended. */
const waiting = (ended: string[], name: string) =>
  async function* (signal: AbortSignal): AsyncGenerator<string> {
    yield name;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await new Promise(setImmediate);
    ended.push(name);
  };

describe("mergeAnswers", () => {
  it("gives everything of every source, each source's answers in its order", async () => {
    const all = await collect(mergeAnswers([() => give("a1", "a2"), () => give("b1"), () => give<string>()], signal));
    assert.deepEqual(all.toSorted(), ["a1", "a2", "b1"]);
    assert.ok(all.indexOf("a1") < all.indexOf("a2"));
  });

  it("ends at once when there is no source", async () => {
    assert.deepEqual(await collect(mergeAnswers([], signal)), []);
  });

  it("gives what is there while another source is silent", async () => {
    const answers = mergeAnswers([waiting([], "slow"), () => give("fast")], signal);
    const first = [(await answers.next()).value, (await answers.next()).value];
    assert.deepEqual(first.toSorted(), ["fast", "slow"]);
    await answers.return(undefined);
  });

  it("ends every source before it ends itself, when its consumer stops", async () => {
    const ended: string[] = [];
    for await (const answer of mergeAnswers([waiting(ended, "a"), waiting(ended, "b")], signal)) if (answer) break;
    assert.deepEqual(ended.toSorted(), ["a", "b"]);
  });

  it("throws the signal's reason, with every source ended", async () => {
    const ended: string[] = [];
    const controller = new AbortController();
    const answers = mergeAnswers([waiting(ended, "a")], controller.signal);
    assert.equal((await answers.next()).value, "a");
    const next = answers.next();
    controller.abort(new Error("enough"));
    await assert.rejects(next, /enough/);
    assert.deepEqual(ended, ["a"]);
  });

  it("lets sources wait while nobody comes for their answers", async () => {
    let given = 0;
    const answers = mergeAnswers(
      [
        async function* () {
          for (; given < 1_000; given++) yield given;
        },
      ],
      signal,
    );
    await answers.next();
    await new Promise(setImmediate);
    assert.ok(given < 100, `${given} were given ahead`);
    await answers.return(undefined);
  });

  it("passes on what a source throws, and ends the others", async () => {
    const ended: string[] = [];
    const broken = async function* (): AsyncGenerator<string> {
      yield* give<string>();
      throw new Error("broken");
    };
    await assert.rejects(collect(mergeAnswers([waiting(ended, "a"), broken], signal)), /broken/);
    assert.deepEqual(ended, ["a"]);
  });
});
