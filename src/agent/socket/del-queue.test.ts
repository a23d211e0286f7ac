import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createManualClock, isHeddleError, silentLogger, systemClock } from "../../base/index.ts";
import { type CniAnswer } from "../cni/dispatch.ts";
import { type CniCall } from "../cni/request.ts";
import { createDelQueue } from "./del-queue.ts";
import { writeRequest } from "./frame.ts";

const done: CniAnswer = { status: 0, output: "" };
const refused = (code: number): CniAnswer => ({ status: 1, output: JSON.stringify({ code }) });

describe("the queue of DELs", () => {
  let folder = "";
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "heddle-queue-")), "queue");
    await mkdir(folder);
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

  const until = async (isSo: () => boolean): Promise<void> => {
    for (let left = 60_000; !isSo(); left--) {
      assert.ok(left > 0);
      await systemClock.sleep(1);
    }
  };
  const put = (name: string, bytes: Buffer | string): Promise<void> => writeFile(join(folder, name), bytes);
  const del = (containerId: string): Buffer => writeRequest({ command: "DEL", containerId, input: "{}" });

  const setUp = (answer: (call: CniCall) => Promise<CniAnswer>, tryLock = async () => true) => {
    const clock = createManualClock();
    const queue = createDelQueue({ answer, tryLock, clock, logger: silentLogger }, { path: folder, atOnce: 1 });
    return { clock, queue, drain: () => queue.drain(AbortSignal.timeout(60_000)) };
  };

  it("is answered oldest first, and empty then", async () => {
    const asked: (string | undefined)[] = [];
    const { drain } = setUp(async (call) => {
      asked.push(call.containerId);
      return done;
    });
    await put("0002-b.del", del("second"));
    await put("0001-a.del", del("first"));
    await put(".0003-c.del", del("unfinished"));
    assert.deepEqual(await drain(), { done: 2, left: 0 });
    assert.deepEqual(asked, ["first", "second"]);
    assert.deepEqual(await readdir(folder), [".lock"]);
    assert.deepEqual(await drain(), { done: 0, left: 0 });
  });

  it("tells of each since when it waits, as the executable's name for it says", async () => {
    const asked: CniCall[] = [];
    const { drain } = setUp(async (call) => {
      asked.push(call);
      return done;
    });
    const nanoseconds = (1_700_000_000_123n * 1_000_000n).toString(16).padStart(16, "0");
    await put(`${nanoseconds}-0000002a.del`, del("a"));
    await put("another-name.del", del("b"));
    await drain();
    assert.deepEqual(
      asked.map(({ containerId, calledAtMs }) => [containerId, calledAtMs]),
      [
        ["a", 1_700_000_000_123],
        ["b", undefined],
      ],
    );
  });

  it("keeps what could not be done now, and drops what never can", async () => {
    const answers: Readonly<Record<string, CniAnswer>> = { later: refused(11), broken: refused(7), never: refused(4) };
    const { drain } = setUp(async ({ containerId = "" }) => answers[containerId] ?? done);
    for (const [index, id] of ["later", "broken", "never", "fine"].entries()) await put(`${index}.del`, del(id));
    await put("5.del", "no frame at all");
    await put("6.del", writeRequest({ command: "ADD", containerId: "x" }));
    await put("7.del", del("cut").subarray(0, -1));
    assert.deepEqual(await drain(), { done: 1, left: 6 });
    assert.deepEqual((await readdir(folder)).toSorted(), [".lock", "0.del"]);
  });

  it("keeps what fails in an unknown way", async () => {
    const { drain } = setUp(async () => {
      throw new Error("lost");
    });
    await put("1.del", del("a"));
    assert.deepEqual(await drain(), { done: 0, left: 1 });
    assert.ok((await readdir(folder)).includes("1.del"));
  });

  it("waits for whoever holds the lock", async () => {
    let locks = 0;
    const { drain, clock } = setUp(
      async () => done,
      async () => ++locks === 3,
    );
    await put("1.del", del("a"));
    const drained = drain();
    await until(() => {
      clock.advance(5);
      return locks === 3;
    });
    assert.deepEqual(await drained, { done: 1, left: 0 });
  });

  it("is looked at again while something is left", async () => {
    const ends = new AbortController();
    let [calls, isDown] = [0, true];
    const { queue, clock } = setUp(async () => {
      calls++;
      return isDown ? refused(11) : done;
    });
    await put("1.del", del("a"));
    const running = queue.run(ends.signal);
    await until(() => calls === 1 && clock.pending() === 1);
    clock.advance(30_000);
    await until(() => calls === 2 && clock.pending() === 1);
    isDown = false;
    clock.advance(30_000);
    await until(() => calls === 3);
    await until(() => clock.pending() === 0);
    ends.abort();
    await running;
    assert.deepEqual(await readdir(folder), [".lock"]);
  });

  it("makes its folder, and fails where there can be none", async () => {
    const { drain } = setUp(async () => done);
    await rm(folder, { recursive: true });
    assert.deepEqual(await drain(), { done: 0, left: 0 });
    await rm(folder, { recursive: true });
    await writeFile(folder, "");
    await assert.rejects(drain(), (error) => isHeddleError(error, "HEDDLE_AGENT_QUEUE_FAILED"));
  });
});
