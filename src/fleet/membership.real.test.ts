import assert from "node:assert/strict";
import { readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type LentKube, startFaultProxy, until } from "../../test/kube/index.ts";
import { sized } from "../../test/size.ts";
import { liveMegabytes } from "../../test/live-memory.ts";
import { parseClusterId } from "../model/index.ts";
import { applyFleetChange } from "./apply-change.ts";
import { planFleetChange } from "./plan/fleet-change.ts";
import { becomes } from "./testing/bench.ts";
import { at, codeOf, healthOf, openChoice, type TwoClusters, twoLent } from "./testing/real-fleet.ts";

const { signal } = new AbortController();
const id = parseClusterId;

describe("a running fleet of real clusters", () => {
  it("takes clusters in and lets them go", async (t) => {
    const setting = await twoLent(t);
    if (setting === undefined) return;
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run(setting, t));
  });
});

/** Sockets of this process that are connected to a server, or were and are not closed yet. */
async function countSockets(): Promise<number> {
  const names = await readdir("/proc/self/fd");
  const links = await Promise.all(names.map((name) => readlink(join("/proc/self/fd", name)).catch(() => "")));
  return links.filter((link) => link.startsWith("socket:")).length;
}

const parts: Readonly<Record<string, (setting: TwoClusters<LentKube>, t: TestContext) => Promise<void>>> = {
  async "one that is added answers, and one that is removed ends the watch on it, without touching the other"({
    east,
    west,
    open,
  }) {
    await using opened = await open([at("east", east), at("west", west)]);
    const { fleet, reader } = opened;
    const planned = fleet.planned(id("west"));
    await fleet.remove(id("west"));
    fleet.start();
    await becomes(fleet, "east", "Connected");
    fleet.add(planned);
    await becomes(fleet, "west", "Connected");
    const before = await fleet.connect(id("east"), signal);
    const answers = new Map<string, string>();
    for await (const answer of reader.list({ kind: "namespaces", clusters: opened.ids }, signal))
      answers.set(answer.cluster, codeOf(answer));
    assert.deepEqual(Object.fromEntries(answers), { east: "ok", west: "ok" });

    const watched: string[] = [];
    const watching = (async () => {
      for await (const answer of reader.watch({ kind: "namespaces", clusters: [id("west")] }, signal))
        watched.push(codeOf(answer));
    })();
    await until("the watch to have begun", () => watched.length > 0);
    await fleet.remove(id("west"));
    await watching;
    assert.match(watched.at(-1) ?? "", /HEDDLE_(CLUSTER_CLOSED|FLEET_CLUSTER_REMOVED|FLEET_UNKNOWN_CLUSTER)/);
    assert.equal(await fleet.connect(id("east"), signal), before);
    assert.notEqual(healthOf(fleet, "east").state, "Failed");
  },

  async "the one that is left has the cluster that two had, as soon as the first is removed"({ east, open }) {
    await using proxy = await startFaultProxy(east);
    await using opened = await open(
      [at("first", east), { ...at("second", east), server: proxy.server, ca: proxy.ca }],
      { checkIntervalMs: 3_600_000 },
    );
    const { fleet } = opened;
    fleet.start();
    await becomes(fleet, "first", "Connected");
    await becomes(fleet, "second", "Failed");
    assert.equal(healthOf(fleet, "second").error?.code, "HEDDLE_FLEET_REPEATED");
    await fleet.remove(id("first"));
    await becomes(fleet, "second", "Connected");
  },

  async "an edited configuration leads a cluster elsewhere under its name"({ east, west, folder }) {
    const configPath = join(folder, "heddle.yaml");
    const entry = (kubeconfig_path: string) => ({ id: "prod", auth_method: "kubeconfig", kubeconfig_path });
    await writeFile(configPath, JSON.stringify({ clusters: [entry(east.kubeconfigPath)] }));
    await using opened = await openChoice({ configPath }, {});
    const { fleet } = opened;
    fleet.start();
    await becomes(fleet, "prod", "Connected");
    await writeFile(configPath, JSON.stringify({ clusters: [entry(west.kubeconfigPath)] }));
    await using after = await openChoice({ configPath }, {});
    await applyFleetChange(fleet, planFleetChange(opened.plan, after.plan));
    await becomes(fleet, "prod", "Connected");
    assert.equal((await fleet.connect(id("prod"), signal)).server, west.server);
  },

  async "memory and sockets are back where they were after many were added, used and removed"({ east, west, open }, t) {
    await using opened = await open([at("east", east), at("guest", west)]);
    const { fleet, reader } = opened;
    const planned = fleet.planned(id("guest"));
    await fleet.remove(id("guest"));
    fleet.start();
    await becomes(fleet, "east", "Connected");
    const visit = async (): Promise<void> => {
      fleet.add(planned);
      await becomes(fleet, "guest", "Connected");
      const watching = reader.watch({ kind: "configmaps", clusters: [id("guest")] }, signal)[Symbol.asyncIterator]();
      await watching.next();
      await Array.fromAsync(reader.list({ kind: "clusterroles", clusters: [id("guest")] }, signal));
      await fleet.remove(id("guest"));
      while ((await watching.next()).done !== true);
    };
    // Code that is compiled and caches that are filled by the first visits are no leak.
    for (let round = 0; round < 5; round++) await visit();
    const socketsBefore = await countSockets();
    const before = liveMegabytes();
    const rounds = sized({ small: 10, full: 100 });
    for (let round = 0; round < rounds; round++) await visit();
    await until("the sockets to be closed", async () => (await countSockets()) <= socketsBefore);
    const grown = liveMegabytes() - before;
    t.diagnostic(`${rounds} visits: ${grown.toFixed(2)} MB more, ${await countSockets()} of ${socketsBefore} sockets`);
    assert.ok(Math.abs(grown) < 10, `${grown} MB more`);
  },
};
