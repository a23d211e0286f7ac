import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { type TestContext } from "node:test";
import { type AgentNode, patience } from "../../../test/agent/node.ts";
import { cidrContains, type JsonObject, parseAddress, parseCidr } from "../../model/index.ts";
import { isLinkName } from "../links/names.ts";
import { headerBytes, writeRequest } from "../socket/frame.ts";
import { type TestNamespace } from "./namespace.ts";
import { networkOf } from "./node.ts";
import { capacity, type Key, type Pod, subnet, subnets, textOf } from "./verb-steps.ts";

/** What must hold: who holds which address, and whether an interface stands for it. */
type Held = { address: string; standing: boolean; result: JsonObject };

/** The node, and what a small model says of it. */
export type World = {
  readonly t: TestContext;
  readonly node: AgentNode;
  readonly held: Map<string, Held>;
  readonly namespaces: Map<Pod, TestNamespace>;
  /** Of pods whose namespace vanished: where it was. */
  readonly lastPaths: Map<Pod, string>;
  /** Until when the agent may put off to free what is gone, because it was in vain. */
  putOffUntilMs: number;
};

/** The exit status, and what was printed. */
export type Answer = Readonly<{ status: number; json: JsonObject }>;

/** Asks the agent as the executable does. */
export async function ask({ node }: World, call: Parameters<typeof writeRequest>[0]): Promise<Answer> {
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

/** A verb for a pod's interface, where the pod is or was; `rest` is added to the configuration. */
export const callOn = (world: World, verb: string, { pod, ifname, ...rest }: Key & Readonly<{ rest?: JsonObject }>) =>
  ask(world, {
    command: verb,
    containerId: `pod-${pod}`,
    ifname,
    netns: pathOf(world, pod),
    input: inputOf(rest.rest),
  });

/** The configuration of the network, as a runtime hands it over. */
export function inputOf(rest: JsonObject = {}): string {
  const { name, plugins } = networkOf("heddle", [...subnets]);
  const [plugin] = plugins as readonly JsonObject[];
  return JSON.stringify({ ...plugin, name, cniVersion: "1.1.0", ...rest });
}

const pathOf = ({ namespaces, lastPaths }: World, pod: Pod): string =>
  namespaces.get(pod)?.path ?? lastPaths.get(pod) ?? "/run/netns/hdl-nowhere";

/** The ends of pods' interfaces that are on the node. */
export const hostLinks = ({ node }: World): readonly string[] =>
  node
    .namespace()
    .ip("link")
    .flatMap(({ ifname }) => (isLinkName(String(ifname)) ? [String(ifname)] : []));

/** Those with an interface. */
export const standing = ({ held }: World): readonly Held[] => [...held.values()].filter((one) => one.standing);

/** What an ADD must answer: nothing for a success. */
export function refusalOf({ held, namespaces }: World, key: Key): number | undefined {
  const own = held.get(textOf(key));
  if (own?.standing === true) return 100;
  if (own === undefined && held.size === capacity) return 102;
  return namespaces.has(key.pod) ? undefined : 3;
}

/** What an ADD answered must be a success with an address that nobody else holds; the model holds it then. */
export function takeAdded(world: World, key: Key, { status, json }: Answer): void {
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
