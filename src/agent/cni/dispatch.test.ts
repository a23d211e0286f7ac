import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, HeddleError, silentLogger } from "../../base/index.ts";
import { type Answered, createDispatcher } from "./dispatch.ts";
import { cniCodes, CniError } from "./errors.ts";
import { type CniResult, type PodNetwork } from "./model.ts";
import { callOf, heddleConfig } from "./testing/calls.ts";

const result: CniResult = {
  interfaces: [{ name: "eth0", mtu: 1500, sandbox: "/run/netns/cni-1" }],
  ips: [{ address: "10.244.1.10/24", interface: 0 }],
  routes: [],
  dns: {},
};

/** A network of which each verb does what a test says, and otherwise succeeds. */
function setUp(verbs: Partial<PodNetwork> = {}) {
  const lines: Record<string, unknown>[] = [];
  const answered: Answered[] = [];
  const write = (fields: object, message: string): void => void lines.push({ ...fields, message });
  const network: PodNetwork = {
    add: async () => result,
    del: async () => {},
    check: async () => {},
    status: async () => {},
    gc: async () => {},
    reclaim: async () => 0,
    ...verbs,
  };
  const dispatcher = createDispatcher({
    network,
    logger: { ...silentLogger, info: write, warn: write },
    clock: createManualClock(),
    onAnswered: (one) => void answered.push(one),
  });
  const call = async (command: string, changes = {}) => {
    const { status, output } = await dispatcher.answer(callOf(command, changes), new AbortController().signal);
    return { status, output, json: output === "" ? undefined : JSON.parse(output) };
  };
  return { dispatcher, call, lines, answered };
}

const input = (changes: Readonly<Record<string, unknown>>): string => JSON.stringify(heddleConfig(changes));
const refuse = (cniCode: CniError["cniCode"]) => async () => {
  throw new CniError("it is so", { cniCode, details: "and why" });
};

describe("the plugin", () => {
  it("answers ADD in the version that was asked", async () => {
    const { call } = setUp();
    const { status, json } = await call("ADD", { input: input({ cniVersion: "0.3.1" }) });
    assert.equal(status, 0);
    assert.deepEqual(json, {
      cniVersion: "0.3.1",
      interfaces: [{ name: "eth0", sandbox: "/run/netns/cni-1" }],
      ips: [{ version: "4", address: "10.244.1.10/24", interface: 0 }],
      routes: [],
    });
  });

  it("answers ADD behind the result of the plugin before it", async () => {
    const { call } = setUp();
    const prevResult = { cniVersion: "1.1.0", interfaces: [{ name: "lo" }] };
    const { json } = await call("ADD", { input: input({ cniVersion: "1.1.0", prevResult }) });
    assert.deepEqual(
      json.interfaces.map(({ name }: { name: string }) => name),
      ["lo", "eth0"],
    );
    assert.equal(json.ips[0].interface, 1);
  });

  it("answers the other verbs by nothing", async () => {
    const { call } = setUp();
    for (const verb of ["DEL", "STATUS", "GC"])
      assert.deepEqual(await call(verb), { status: 0, output: "", json: undefined });
    const checked = await call("CHECK", { input: input({ prevResult: {} }) });
    assert.deepEqual(checked, { status: 0, output: "", json: undefined });
  });

  it("tells a failure by its code, in the version that was asked", async () => {
    const { call } = setUp({ add: refuse(cniCodes.interfaceExists) });
    const { status, json } = await call("ADD", { input: input({ cniVersion: "0.4.0" }) });
    assert.equal(status, 1);
    assert.deepEqual(json, { cniVersion: "0.4.0", code: 100, msg: "it is so", details: "and why" });
  });

  for (const [code, error] of [
    [102, new HeddleError("full", { code: "HEDDLE_ADDRESSES_EXHAUSTED", retryable: true })],
    [101, new HeddleError("taken", { code: "HEDDLE_ADDRESS_TAKEN" })],
    [11, new HeddleError("disk", { code: "HEDDLE_ADDRESSES_UNWRITABLE", retryable: true })],
    [11, new HeddleError("passing", { code: "HEDDLE_OF_ANOTHER", retryable: true })],
    [199, new HeddleError("for good", { code: "HEDDLE_OF_ANOTHER" })],
    [199, new TypeError("a bug")],
  ] as const)
    it(`tells ${error.message} by code ${code}`, async () => {
      const add = async (): Promise<never> => {
        throw error;
      };
      const { json } = await setUp({ add }).call("ADD");
      assert.equal(json.code, code);
      assert.match(json.msg, new RegExp(error.message));
    });

  it("keeps verbs of one attachment in order while others pass", async () => {
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const { call, dispatcher } = setUp({
      async add({ key }) {
        order.push(`add ${key.containerId}`);
        if (key.containerId === "slow") await gate.promise;
        order.push(`added ${key.containerId}`);
        return result;
      },
      del: async ({ key }) => void order.push(`del ${key.containerId}`),
    });
    const slow = [call("ADD", { containerId: "slow" }), call("DEL", { containerId: "slow" })];
    const gc = call("GC");
    assert.equal(dispatcher.busy(), 1);
    // Whoever comes after GC waits for it; a second interface of the same container does not wait for the first.
    gate.resolve();
    await Promise.all([...slow, gc, call("ADD", { containerId: "other" })]);
    assert.deepEqual(order, ["add slow", "added slow", "del slow", "add other", "added other"]);
    const again = Promise.withResolvers<void>();
    const side = setUp({
      async add({ key }) {
        if (key.ifname === "eth0") await again.promise;
        return result;
      },
    });
    const first = side.call("ADD");
    assert.equal((await side.call("ADD", { ifname: "eth1" })).status, 0);
    again.resolve();
    await first;
  });

  it("frees what gone pods hold before it tells that an address is held, or all are, alone, and once", async () => {
    const full = new HeddleError("full", { code: "HEDDLE_ADDRESSES_EXHAUSTED", retryable: true });
    const taken = new HeddleError("taken", { code: "HEDDLE_ADDRESS_TAKEN" });
    const notAvailable = new CniError("full", { cniCode: cniCodes.notAvailable, cause: full });
    for (const { verb, error, freed, code } of [
      { verb: "ADD", error: full, freed: 1, code: undefined },
      { verb: "ADD", error: full, freed: 0, code: 102 },
      { verb: "ADD", error: taken, freed: 1, code: undefined },
      { verb: "ADD", error: taken, freed: 0, code: 101 },
      { verb: "STATUS", error: notAvailable, freed: 1, code: undefined },
      { verb: "STATUS", error: notAvailable, freed: 0, code: 50 },
    ]) {
      const asked: string[] = [];
      const fail = (): void => {
        asked.push(verb);
        if (asked.length === 1 || freed === 0) throw error;
      };
      const verbs = {
        add: async () => {
          fail();
          return result;
        },
        status: async () => fail(),
        reclaim: async () => {
          asked.push("reclaim");
          return freed;
        },
      };
      const { json } = await setUp(verbs).call(verb);
      assert.equal(json?.code, code);
      assert.deepEqual(asked, freed === 1 ? [verb, "reclaim", verb] : [verb, "reclaim"]);
    }
  });

  it("frees nothing for a STATUS that fails for another reason", async () => {
    const asked: string[] = [];
    for (const code of [cniCodes.notAvailable, cniCodes.limitedConnectivity]) {
      const reclaim = async () => asked.push("reclaim");
      assert.equal((await setUp({ status: refuse(code), reclaim }).call("STATUS")).json.code, code);
    }
    assert.deepEqual(asked, []);
  });

  it("does not begin an ADD whose runtime went away while it waited, but does a DEL", async () => {
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const { dispatcher } = setUp({
      async del() {
        begun.push("DEL");
        await gate.promise;
      },
      async add() {
        begun.push("ADD");
        return result;
      },
    });
    const gone = new AbortController();
    const answers = ["DEL", "ADD", "DEL"].map((verb) => dispatcher.answer(callOf(verb), gone.signal));
    gone.abort();
    gate.resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    assert.deepEqual(statuses, [0, 1, 0]);
    assert.deepEqual(begun, ["DEL", "DEL"]);
  });

  it("writes one line a request, with its pod and its container, and counts it", async () => {
    const { call, lines, answered } = setUp({ del: refuse(cniCodes.tryAgainLater) });
    await call("ADD");
    await call("DEL");
    await call("NEVER");
    // Asked every few seconds, and well.
    await call("STATUS");
    const shared = { network: "heddle", container: "4f3c", interface: "eth0", durationMs: 0 };
    assert.deepEqual(lines[0], {
      ...shared,
      verb: "ADD",
      namespace: "default",
      pod: "web-0",
      message: "answered the runtime",
    });
    assert.deepEqual(
      lines.map(({ verb, pod, code, error }) => [verb, pod, code, error]),
      [
        ["ADD", "web-0", undefined, undefined],
        ["DEL", "web-0", 11, "it is so"],
        ["NEVER", "web-0", 4, "invalid environment variable CNI_COMMAND"],
      ],
    );
    assert.deepEqual(
      answered.map(({ verb, code }) => [verb, code]),
      [
        ["ADD", 0],
        ["DEL", 11],
        ["unknown", 4],
        ["STATUS", 0],
      ],
    );
  });
});
