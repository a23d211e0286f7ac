import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type AgentNode, makeAgentNode, patience } from "../../test/agent/node.ts";
import { sized } from "../../test/size.ts";
import { until } from "../../test/kube/until.ts";
import { cidrContains, type JsonObject, parseAddress, parseCidr } from "../model/index.ts";
import { afterVainMs } from "./cni/for-want.ts";
import { isLinkName } from "./links/names.ts";
import { headerBytes, writeRequest } from "./socket/frame.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "./testing/namespace.ts";
import { networkOf } from "./testing/node.ts";
import {
  capacity,
  ifnames,
  type Key,
  type Pod,
  pods,
  type Step,
  steps,
  subnet,
  subnets,
  textOf,
  usable,
} from "./testing/verb-steps.ts";

/** What must hold: who holds which address, and whether an interface stands for it. */
type Held = { address: string; standing: boolean; result: JsonObject };

/** The node, and what a small model says of it. */
type World = {
  readonly t: TestContext;
  readonly node: AgentNode;
  readonly held: Map<string, Held>;
  readonly namespaces: Map<Pod, TestNamespace>;
  /** Of pods whose namespace vanished: where it was. */
  readonly lastPaths: Map<Pod, string>;
  /** Until when the agent may put off to free what is gone, because it was in vain. */
  putOffUntilMs: number;
};

type Answer = Readonly<{ status: number; json: JsonObject }>;

/** Asks the agent as the executable does. */
async function ask({ node }: World, call: Parameters<typeof writeRequest>[0]): Promise<Answer> {
  const socket = createConnection({ path: node.socketPath });
  socket.write(writeRequest(call));
  const chunks = socket.toArray();
  const [read] = await Promise.all([
    chunks,
    once(socket, "close", { signal: AbortSignal.timeout(patience.timeoutMs) }),
  ]);
  const bytes = Buffer.concat(read as readonly Buffer[]);
  const status = bytes[headerBytes] ?? assert.fail("the agent hung up");
  const text = bytes.toString("utf8", headerBytes + 1);
  return { status, json: text === "" ? {} : JSON.parse(text) };
}

const callOn = (world: World, verb: string, { pod, ifname, ...rest }: Key & Readonly<{ rest?: JsonObject }>) =>
  ask(world, {
    command: verb,
    containerId: `pod-${pod}`,
    ifname,
    netns: pathOf(world, pod),
    input: inputOf(rest.rest),
  });

function inputOf(rest: JsonObject = {}): string {
  const { name, plugins } = networkOf("heddle", [...subnets]);
  const [plugin] = plugins as readonly JsonObject[];
  return JSON.stringify({ ...plugin, name, cniVersion: "1.1.0", ...rest });
}

const pathOf = ({ namespaces, lastPaths }: World, pod: Pod): string =>
  namespaces.get(pod)?.path ?? lastPaths.get(pod) ?? "/run/netns/hdl-nowhere";

const hostLinks = ({ node }: World): readonly string[] =>
  node
    .namespace()
    .ip("link")
    .flatMap(({ ifname }) => (isLinkName(String(ifname)) ? [String(ifname)] : []));

const standing = ({ held }: World): readonly Held[] => [...held.values()].filter((one) => one.standing);

/** What an ADD must answer: nothing for a success. */
function refusalOf({ held, namespaces }: World, key: Key): number | undefined {
  const own = held.get(textOf(key));
  if (own?.standing === true) return 100;
  if (own === undefined && held.size === capacity) return 102;
  return namespaces.has(key.pod) ? undefined : 3;
}

function takeAdded(world: World, key: Key, { status, json }: Answer): void {
  const before = world.held.get(textOf(key));
  assert.equal(status, 0, JSON.stringify(json));
  const [{ address: text = "" } = {}] = json["ips"] as readonly { address?: string }[];
  const address = text.split("/")[0] ?? "";
  const parsed = parseAddress(address);
  assert.ok(parsed !== undefined && cidrContains(parseCidr(subnet), parsed), `${address} is none of ours`);
  for (const [other, held] of world.held)
    if (other !== textOf(key)) assert.notEqual(held.address, address, `${address} is held by ${other} already`);
  if (before !== undefined) assert.equal(address, before.address, "what holds an address gets the same again");
  world.held.set(textOf(key), { address, standing: true, result: json });
}

/** Does a step on the node and in the model; each answer must be the model's. */
const take = async (world: World, step: Step): Promise<void> => {
  switch (step.do) {
    case "ADD":
      return add(world, step.key);
    case "ask":
      return askFor(world, step);
    case "DEL":
      return del(world, step.key);
    case "CHECK":
      return check(world, step.key);
    case "GC":
      return collect(world, step.valid);
    case "STATUS":
      return tellStatus(world);
    case "restart":
      return restart(world);
    case "vanish":
      return vanish(world, step.pod);
    case "appear":
      return appear(world, step.pod);
    case "toggle":
      return toggle(world, step.keys);
    case "kill":
      return kill(world, step);
  }
};

/** Whose namespace is gone needs no address. */
const free = ({ held }: World): void => {
  for (const [text, { standing: stands }] of held) if (!stands) held.delete(text);
};

/** Asks for what only is there when what is gone is freed; not while that is put off because it was in vain lately. */
async function askInWant(world: World, call: () => Promise<Answer>, own?: Key): Promise<Answer> {
  // What its own attachment held that is gone, an ADD frees by itself.
  const others = [...world.held].filter(([text]) => own === undefined || text !== textOf(own));
  const isInVain = others.every(([, held]) => held.standing);
  if (!isInVain) await until("freeing to be no more put off", () => performance.now() > world.putOffUntilMs, patience);
  free(world);
  const answer = await call();
  if (isInVain) world.putOffUntilMs = performance.now() + afterVainMs;
  return answer;
}

async function add(world: World, key: Key): Promise<void> {
  const isInWant = !world.held.has(textOf(key)) && world.held.size === capacity;
  const call = (): Promise<Answer> => callOn(world, "ADD", key);
  const answer = await (isInWant ? askInWant(world, call, key) : call());
  const code = refusalOf(world, key);
  if (code === undefined) takeAdded(world, key, answer);
  else refused(world, { key, answer, code });
}

/** Of what had no interface any more nothing is held after an ADD that fails. */
function refused(world: World, { key, answer, code }: Readonly<{ key: Key; answer: Answer; code: number }>): void {
  assert.equal(answer.json["code"], code, JSON.stringify(answer.json));
  if (world.held.get(textOf(key))?.standing === false) world.held.delete(textOf(key));
}

/** The address that is asked for, or none. */
async function askFor(world: World, { key, address }: Readonly<{ key: Key; address: string }>): Promise<void> {
  const own = world.held.get(textOf(key));
  const isOthers = (): boolean =>
    [...world.held].some(([text, held]) => text !== textOf(key) && held.address === address);
  const call = (): Promise<Answer> => callOn(world, "ADD", { ...key, rest: { args: { cni: { ips: [address] } } } });
  const isInWant = own?.standing !== true && isOthers();
  const answer = await (isInWant ? askInWant(world, call, key) : call());
  const isRefused = isOthers() || !usable.some((one) => one === address);
  const code = own?.standing !== true && isRefused ? 101 : refusalOf(world, key);
  if (code !== undefined) return refused(world, { key, answer, code });
  world.held.delete(textOf(key));
  takeAdded(world, key, answer);
  assert.equal(world.held.get(textOf(key))?.address, address);
}

async function del(world: World, key: Key): Promise<void> {
  const { status, json } = await callOn(world, "DEL", key);
  assert.equal(status, 0, JSON.stringify(json));
  world.held.delete(textOf(key));
}

async function check(world: World, key: Key): Promise<void> {
  const own = world.held.get(textOf(key));
  const { status, json } = await callOn(world, "CHECK", { ...key, rest: { prevResult: own?.result ?? {} } });
  assert.equal(status === 0, own?.standing === true, JSON.stringify(json));
}

async function tellStatus(world: World): Promise<void> {
  const call = (): Promise<Answer> => ask(world, { command: "STATUS", input: inputOf() });
  const { json } = await (world.held.size === capacity ? askInWant(world, call) : call());
  assert.equal(json["code"], world.held.size < capacity ? undefined : 50);
}

async function restart(world: World, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  await world.node.end(signal);
  world.node.start();
  await world.node.answers();
  free(world);
  world.putOffUntilMs = 0;
}

async function appear({ namespaces, t }: World, pod: Pod): Promise<void> {
  if (!namespaces.has(pod)) namespaces.set(pod, makeNamespace(t, `pod${pod}`));
}

async function collect(world: World, valid: readonly Key[]): Promise<void> {
  const attachments = valid.map(({ pod, ifname }) => ({ containerID: `pod-${pod}`, ifname }));
  const { status, json } = await ask(world, {
    command: "GC",
    input: inputOf({ "cni.dev/valid-attachments": attachments }),
  });
  assert.equal(status, 0, JSON.stringify(json));
  const isValid = new Set(valid.map(textOf));
  for (const [text, held] of world.held) if (!held.standing && !isValid.has(text)) world.held.delete(text);
}

/** The namespace goes without a DEL, and its interfaces with it. */
async function vanish(world: World, pod: Pod): Promise<void> {
  const namespace = world.namespaces.get(pod);
  if (namespace === undefined) return;
  namespace.delete();
  world.namespaces.delete(pod);
  world.lastPaths.set(pod, namespace.path);
  for (const [text, held] of world.held) if (text.startsWith(`pod-${pod}/`)) held.standing = false;
  await until("its interfaces are gone", () => hostLinks(world).length === standing(world).length, { everyMs: 2 });
}

type Toggled = Readonly<{ key: Key; verb: "ADD" | "DEL"; answer: Promise<Answer | undefined> }>;

/** As many at once as there are addresses for, whoever comes first; no answer where the agent went away. */
function beginToggle(world: World, some: readonly Key[]): readonly Toggled[] {
  const free = capacity - world.held.size;
  const added = some.filter((key) => refusalOf(world, key) === undefined && !world.held.has(textOf(key)));
  const deleted = some.filter((key) => world.held.has(textOf(key)));
  const begin = (verb: Toggled["verb"]) => (key: Key) => ({
    key,
    verb,
    answer: callOn(world, verb, key).catch(() => undefined),
  });
  return [...added.slice(0, free).map(begin("ADD")), ...deleted.map(begin("DEL"))];
}

async function toggle(world: World, some: readonly Key[]): Promise<void> {
  const toggled = beginToggle(world, some);
  const answers = await Promise.all(toggled.map(({ answer }) => answer));
  for (const { key, verb } of toggled) if (verb === "DEL") world.held.delete(textOf(key));
  for (const [index, { key, verb }] of toggled.entries()) {
    const answer = answers[index] ?? assert.fail("the agent went away");
    if (verb === "ADD") takeAdded(world, key, answer);
    else assert.equal(answer.status, 0, JSON.stringify(answer.json));
  }
}

/** What was answered is so after the next start; of what was not, a runtime asks the deletion, whatever came of it. */
async function kill(world: World, { keys: some, afterMs }: Readonly<{ keys: readonly Key[]; afterMs: number }>) {
  const toggled = beginToggle(world, some);
  await sleep(afterMs);
  const [answers] = await Promise.all([Promise.all(toggled.map(({ answer }) => answer)), world.node.end("SIGKILL")]);
  for (const { key, verb } of toggled) if (verb === "DEL") world.held.delete(textOf(key));
  for (const [index, { key, verb }] of toggled.entries()) {
    if (verb === "ADD" && answers[index] !== undefined) takeAdded(world, key, answers[index]);
  }
  await restart(world);
  for (const [index, { key }] of toggled.entries()) if (answers[index] === undefined) await del(world, key);
}

/** The book and the kernel are what the model says. */
async function compare(world: World): Promise<void> {
  const rows = await world.node.rows();
  const found = rows.map((row) => [`${row.containerId}/${row.interface}`, row.addresses[0]]);
  const expected = [...world.held].map(([text, { address }]) => [text, address]);
  assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
  assert.equal(hostLinks(world).length, standing(world).length);
}

/** At the end: every pod that stands talks, and when all are deleted nothing is left. */
async function finish(world: World): Promise<void> {
  for (const [text, { standing: stands }] of world.held) {
    const pod = Number(/\d/.exec(text)?.[0]) as Pod;
    if (stands && text.endsWith("eth0"))
      assert.ok(world.namespaces.get(pod)?.succeeds("busybox", "ping", "-c", "2", "-W", "2", "10.244.1.1"), text);
  }
  for (const pod of pods) for (const ifname of ifnames) await take(world, { do: "DEL", key: { pod, ifname } });
  await compare(world);
  assert.deepEqual(
    world.node
      .namespace()
      .ip("neigh", "show", "nud", "permanent")
      .filter(({ dev }) => dev === "cni-bridge0"),
    [],
  );
}

describe("any sequence of verbs", { skip: whyNoNamespaces("busybox", "nft", "unshare") ?? false }, () => {
  it("leaves the node as a small model says: no address twice, none lost, nothing behind", async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const node = await makeAgentNode(t, { subnets });
        node.start();
        await node.answers();
        const world: World = {
          t,
          node,
          held: new Map(),
          namespaces: new Map(),
          lastPaths: new Map(),
          putOffUntilMs: 0,
        };
        for (const pod of pods) await take(world, { do: "appear", pod });
        try {
          for (const step of sequence) {
            await take(world, step);
            await compare(world);
          }
          await finish(world);
        } finally {
          await node.end("SIGKILL");
          for (const namespace of [...world.namespaces.values(), node.namespace()]) namespace.delete();
        }
      }),
      { numRuns: sized({ small: 4, full: 400 }), endOnFailure: true },
    );
  });
});
