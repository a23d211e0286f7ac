import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { createManualClock, HeddleError, silentLogger as log } from "../../base/index.ts";
import { parseCidr } from "../../model/index.ts";
import { openAddressBook } from "../addresses/book.ts";
import { type NodeBase } from "../attach/node-base.ts";
import { conflistName } from "../install/model.ts";
import { type NodeView } from "../node/model.ts";
import { type AgentOptions } from "../parts.ts";
import { keepInstalled } from "./keep-installed.ts";
import { type UpkeepParts } from "./round.ts";

const self = { name: "node-a", podCidrs: [parseCidr("10.244.1.0/24")], addresses: [] };
const nothing: NodeView = { others: [], pods: [], complete: false };

/** A node whose kernel does what a test says, and tells when it was asked to and whether pods could come by then. */
async function newNode(t: TestContext, base: Partial<NodeBase> = {}, isBroken = false) {
  const folder = await mkdtemp(join(tmpdir(), "heddle-upkeep-"));
  const clock = createManualClock();
  const book = openAddressBook({ clock, log }, { path: join(folder, "agent.db"), bootId: "boot" });
  const ends = new AbortController();
  const events: string[] = [];
  const listeners = new Set<() => void>();
  const faultListeners = new Set<() => void>();
  let view = nothing;
  let looks = 0;
  const confDir = join(folder, "net.d");
  const note = (what: string) => async (): Promise<void> => {
    events.push(`${what} ${existsSync(join(confDir, conflistName)) ? "after" : "before"} the conflist`);
  };
  await writeFile(join(folder, "client"), "the client");
  const options: AgentOptions = {
    version: "1",
    nodeName: "node-a",
    standalone: false,
    socketPath: "/s",
    dataFolder: folder,
    folders: { confDir, binDir: join(folder, "bin"), because: "the test" },
    clientPath: join(folder, "client"),
    exclusive: false,
  };
  const parts: UpkeepParts = {
    clock,
    log,
    book,
    options,
    queuePath: "/q",
    node: {
      view: () => (looks++, view),
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      [Symbol.asyncDispose]: async () => {},
    },
    base: {
      prepare: async () => (await note("prepare")(), 1500),
      recall: async () => {},
      raise: async () => [],
      reconcile: async () => ({ table: false, elements: 0, failed: [] }),
      connect: note("connect"),
      faults: async () => [],
      onFault: (listener) => {
        faultListeners.add(listener);
        return () => void faultListeners.delete(listener);
      },
      whileNoRulesAreWritten: (work) => work(),
      bridges: () => [],
      pools: () => [],
      ways: () => [],
      ...base,
    },
  };
  const { installed, done } = keepInstalled(
    parts,
    { reconcile: async () => (await note("reconcile")(), !isBroken), isWhole: !isBroken },
    ends.signal,
  );
  t.after(async () => {
    ends.abort();
    await done;
    await book[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return {
    clock,
    events,
    installed,
    /** Until it has connected that often and waits. */
    async untilConnected(times: number): Promise<void> {
      const count = (): number => events.filter((event) => event.startsWith("connect")).length;
      await soon(`it to have connected ${times} times and to wait`, () => count() >= times && clock.pending() > 0);
    },
    say(next: NodeView): void {
      view = next;
      listeners.forEach((listener) => listener());
    },
    /** What was done because of this, in words: until it waits again. */
    async answersTo(word: NodeView | "a fault"): Promise<readonly string[]> {
      await soon("it to wait", () => clock.pending() > 0);
      const [before, looked] = [events.length, looks];
      const waitsAgain = (): boolean => looks > looked && clock.pending() > 0;
      if (word === "a fault") faultListeners.forEach((listener) => listener());
      else this.say(word);
      await soon("it to have looked and to wait again", waitsAgain);
      return events.slice(before);
    },
  };
}

/** Real files are written meanwhile: that takes what it takes. */
const soon = (what: string, isSo: () => boolean): Promise<unknown> => until(what, isSo, { everyMs: 1 });

const turns = async (): Promise<void> => {
  for (let left = 20; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
};

describe("the conflist of a first start", () => {
  it("comes when bridges are made and the ways to all nodes are known, whose tunnels take of the MTU", async (t) => {
    const node = await newNode(t);
    node.say({ ...nothing, self });
    await node.untilConnected(2);
    node.say({ ...nothing, self, complete: true });
    await node.installed;
    assert.deepEqual(new Set(node.events), new Set(["connect before the conflist", "prepare before the conflist"]));
    assert.equal(node.events.at(-1), "connect before the conflist");
  });

  it("is not held back by ways that cannot be made", async (t) => {
    const node = await newNode(t, {
      connect: async () => {
        throw new HeddleError("refused", { code: "HEDDLE_TEST" });
      },
    });
    node.say({ ...nothing, self, complete: true });
    await node.installed;
  });

  it("does not wait for nodes that are known not to be heard of", async (t) => {
    const node = await newNode(t);
    node.say({ ...nothing, self, failure: new HeddleError("away", { code: "HEDDLE_TEST" }) });
    await node.installed;
  });

  it("is all that waits: reconciling comes in its time, however often something changes meanwhile", async (t) => {
    const refused = async (): Promise<number> => {
      throw new HeddleError("refused", { code: "HEDDLE_TEST" });
    };
    const node = await newNode(t, { prepare: refused });
    for (let second = 0; second <= 60; second++) {
      node.clock.advance(1_000);
      node.say({ ...nothing, self, complete: true });
      await turns();
    }
    const reconciled = (): readonly string[] => node.events.filter((event) => event.startsWith("reconcile"));
    await soon("it to reconcile", () => {
      if (reconciled().length === 0) node.clock.advance(1);
      return reconciled().length > 0;
    });
    assert.deepEqual(reconciled(), ["reconcile before the conflist"]);
  });

  it("does not wait for long when nothing is heard at all", async (t) => {
    const node = await newNode(t);
    node.say({ ...nothing, self });
    const state = { isInstalled: false };
    void node.installed.then(() => (state.isInstalled = true));
    await node.untilConnected(2);
    assert.equal(state.isInstalled, false);
    await soon("the conflist", () => {
      if (!state.isInstalled) node.clock.advance(1_000);
      return state.isInstalled;
    });
  });
});

describe("a node that is as it should be", () => {
  const whole: NodeView = { ...nothing, self, complete: true };
  const pod = { uid: "1", namespace: "default", name: "web", addresses: [], hostNetwork: false, finished: false };
  const other = { name: "node-b", podCidrs: [parseCidr("10.244.2.0/24")], addresses: [] };

  it("is left alone when pods come and go, and looked at when another node comes", async (t) => {
    const node = await newNode(t);
    node.say(whole);
    await node.installed;
    assert.deepEqual(await node.answersTo({ ...whole, pods: [pod] }), []);
    node.clock.advance(1_000);
    const looked = ["prepare after the conflist", "connect after the conflist"];
    assert.deepEqual(await node.answersTo({ ...whole, pods: [pod], others: [other] }), looked);
  });

  it("is looked at once a second, however many nodes come", async (t) => {
    const node = await newNode(t);
    node.say(whole);
    await node.installed;
    for (let name = 0; name < 5; name++)
      assert.deepEqual(await node.answersTo({ ...whole, others: [{ ...other, name: `node-${name}` }] }), []);
    const before = node.events.length;
    node.clock.advance(1_000);
    await soon("it to look", () => node.events.length === before + 2);
  });

  it("is reconciled at once when a fault is found, and once for that", async (t) => {
    const node = await newNode(t);
    node.say(whole);
    await node.installed;
    const done = ["prepare", "reconcile", "connect"].map((what) => `${what} after the conflist`);
    assert.deepEqual(await node.answersTo("a fault"), done);
    assert.deepEqual(await node.answersTo({ ...whole, pods: [pod] }), []);
  });

  it("is reconciled again soon while not all could be mended", async (t) => {
    const node = await newNode(t, {}, true);
    node.say(whole);
    await node.installed;
    const reconciled = (): number => node.events.filter((event) => event.startsWith("reconcile")).length;
    assert.equal(reconciled(), 1);
    await soon("it to wait", () => node.clock.pending() > 0);
    node.clock.advance(10_000);
    await soon("it to reconcile again", () => reconciled() >= 2);
  });

  it("is tried again soon while something failed, and not for what pods do", async (t) => {
    let attempts = 0;
    const node = await newNode(t, {
      connect: async () => {
        attempts++;
        throw new HeddleError("refused", { code: "HEDDLE_TEST" });
      },
    });
    node.say(whole);
    await node.installed;
    assert.deepEqual(await node.answersTo({ ...whole, pods: [pod] }), []);
    const before = attempts;
    node.clock.advance(10_000);
    await soon("it to try again", () => attempts > before);
  });
});
