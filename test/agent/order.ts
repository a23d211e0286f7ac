import assert from "node:assert/strict";
import { until } from "../kube/index.ts";
import { type AgentNode, type Living, patience } from "./node.ts";

/** What the agent, the kernel and the disk hold for pods. */
type Held = Readonly<{
  /** Of the book: who has which addresses. */
  rows: readonly string[];
  veths: number;
  /** Addresses with a permanent neighbour entry on the bridge. */
  neighbours: readonly string[];
  hostPorts: readonly number[];
  queued: readonly string[];
}>;

const heldFor = (living: readonly Living[]): Held => ({
  rows: living.map(({ id, addresses }) => [id, ...addresses].join(" ")).toSorted(),
  veths: living.length,
  neighbours: living.flatMap(({ addresses }) => addresses).toSorted(),
  hostPorts: living.flatMap(({ hostPort }) => hostPort ?? []).toSorted(),
  queued: [],
});

async function heldBy(node: AgentNode): Promise<Held> {
  const namespace = node.namespace();
  const rows = (await node.rows()).map(({ containerId, addresses }) => [containerId, ...addresses].join(" "));
  const neighbours = namespace.ip("neigh", "show", "nud", "permanent").filter(({ dev }) => dev === "cni-bridge0");
  const ports = namespace.run("nft", "list", "map", "inet", "heddle", "hostports4").matchAll(/(\d+) : [\d.]+ \. \d+/g);
  return {
    rows: rows.toSorted(),
    veths: namespace.ip("link", "show", "type", "veth").length,
    neighbours: neighbours.map(({ dst }) => String(dst)).toSorted(),
    hostPorts: [...ports].map(([, port]) => Number(port)).toSorted(),
    queued: node.queued(),
  };
}

/**
 * Book, links, neighbour entries and host ports are those of the pods that live, and of no other; no address is two
 * pods'; each pod reaches its gateway and is reached from the node by both families. What is under way is waited for.
 */
export async function isInOrder(node: AgentNode, living: readonly Living[]): Promise<void> {
  const expected = heldFor(living);
  assert.equal(new Set(expected.neighbours).size, expected.neighbours.length, "no address is two pods'");
  let found: Held | undefined;
  await until(
    "nothing but what lives to be held",
    async () => {
      found = await heldBy(node);
      return JSON.stringify(found) === JSON.stringify(expected);
    },
    { ...patience, everyMs: 100 },
  ).catch(() => assert.deepEqual(found, expected, node.log().slice(-3_000)));
  for (const pod of living) talks(node, pod);
}

/** By both families, both ways. */
export function talks(node: AgentNode, { id, namespace, addresses }: Living): void {
  // A ping that was not given the processor in time has failed, though its answer came.
  const pings = (from: typeof namespace, to: string): boolean =>
    [1, 2, 3].some(() => from.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "5", to));
  for (const address of addresses) {
    const gateway = address.includes(":") ? "fd00:10:244:1::1" : "10.244.1.1";
    assert.ok(pings(namespace, gateway), `${id} reaches its gateway ${gateway}`);
    assert.ok(pings(node.namespace(), address), `${id} answers at ${address}`);
  }
}

/** What an ADD that succeeded makes of a pod. */
export const addressesIn = (ips: readonly Readonly<{ address: string }>[] = []): readonly string[] =>
  ips.map(({ address }) => address.replace(/\/.*/, ""));
