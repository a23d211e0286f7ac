import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "../../../test/agent/node.ts";
import { until } from "../../../test/kube/until.ts";
import { afterVainMs } from "../cni/for-want.ts";
import { makeNamespace } from "./namespace.ts";
import { capacity, type Key, type Pod, type Step, textOf, usable } from "./verb-steps.ts";
import {
  type Answer,
  ask,
  callOn,
  hostLinks,
  inputOf,
  refusalOf,
  standing,
  takeAdded,
  type World,
} from "./verb-world.ts";

/** Does a step on the node and in the model; each answer must be the model's. */
export const take = async (world: World, step: Step): Promise<void> => {
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
