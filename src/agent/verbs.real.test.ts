import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { makeAgentNode } from "../../test/agent/node.ts";
import { sized } from "../../test/size.ts";
import { whyNoNamespaces } from "./testing/namespace.ts";
import { take } from "./testing/take-step.ts";
import { ifnames, type Pod, pods, steps, subnets } from "./testing/verb-steps.ts";
import { hostLinks, standing, type World } from "./testing/verb-world.ts";

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
