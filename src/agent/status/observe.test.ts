import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createManualClock, silentLogger as log } from "../../base/index.ts";
import { type AgentStatus, parseCidr } from "../../model/index.ts";
import { openAddressBook } from "../addresses/book.ts";
import { type Attachment } from "../addresses/model.ts";
import { planPools } from "../addresses/pool.ts";
import { type Kernel, type KernelState } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { type Way } from "../routes/model.ts";
import { observeStatus, type Standing } from "./observe.ts";

const clock = createManualClock();

const standing: Standing = {
  version: "1",
  node: "node-a",
  startedAtMs: 0,
  databasePath: "/d",
  view: {
    self: { name: "node-a", podCidrs: [parseCidr("10.244.1.0/29")], addresses: [] },
    others: [],
    pods: [],
    complete: true,
  },
  folders: { confDir: "/c", binDir: "/b", because: "the test" },
  cniVersion: "1.1.0",
  installation: {
    found: { confNames: [], conflist: undefined, client: undefined, clientSettings: undefined, loopback: undefined },
    missing: [],
  },
  pools: planPools([[{ subnet: parseCidr("10.244.0.0/16") }]], [parseCidr("10.244.1.0/29")]),
  bridges: ["cni-bridge0"],
  ways: [],
  lastError: undefined,
  recovery: { done: [], failed: [] },
};

const sound: KernelState = {
  ...nothing,
  links: [
    { name: "cni-bridge0", index: 3, up: true, running: true, mtu: 1500, mac: "02:00:00:00:00:01", kind: "bridge" },
  ],
};

const attachmentOf = (network: string, containerId: string, value: bigint): Attachment => ({
  key: { network, containerId, ifname: "eth0" },
  addresses: [{ address: { family: 4, value }, bits: 29, gateway: { family: 4, value: 0x0af40101n } }],
  link: { bridge: "cni-bridge0", mtu: 1500, mac: "02:00:00:00:00:02", routes: [] },
  settled: true,
  reservedAtMs: 0,
});

async function statusOf(
  t: TestContext,
  changes: Partial<Standing> = {},
  attachments: readonly Attachment[] = [],
): Promise<AgentStatus> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-status-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await using book = openAddressBook({ clock, log }, { path: join(folder, "agent.db"), bootId: "boot" });
  for (const one of attachments) book.adopt(one);
  const kernel: Pick<Kernel, "observe"> = { observe: async () => sound };
  return observeStatus({ kernel, book }, { ...standing, ...changes });
}

describe("how an agent is", () => {
  it("is well when nothing is wrong", async (t) => {
    const { problems, warnings } = await statusOf(t);
    assert.deepEqual({ problems, warnings }, { problems: [], warnings: [] });
  });

  it("has another node's trouble under warnings, apart from its own", async (t) => {
    const destination = parseCidr("10.244.9.0/24");
    const ways: readonly Way[] = [
      { node: "odd", destination, by: "none", because: "odd has no IPv4 address that a tunnel could end at" },
    ];
    const { problems, warnings } = await statusOf(t, { ways, bridges: ["cni-bridge0", "gone"] });
    assert.deepEqual(problems, ["a bridge that pods are attached to is not there"]);
    assert.deepEqual(warnings, ["the pods of odd are not reached: odd has no IPv4 address that a tunnel could end at"]);
  });

  it("counts a pod of two networks once, and both its attachments", async (t) => {
    const { pods, attachments } = await statusOf(t, {}, [
      attachmentOf("heddle", "a", 0x0af40102n),
      attachmentOf("storage", "a", 0x0af40103n),
    ]);
    assert.deepEqual({ pods, attachments }, { pods: 1, attachments: 2 });
  });

  it("names the first address that a pod can get, and how many are free as a number", async (t) => {
    const { ranges } = await statusOf(t);
    assert.deepEqual(
      ranges.map(({ first, last, gateway, free }) => ({ first, last, gateway, free })),
      [{ first: "10.244.1.2", last: "10.244.1.6", gateway: "10.244.1.1", free: 5 }],
    );
  });
});
