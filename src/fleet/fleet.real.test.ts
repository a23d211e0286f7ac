import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type KubeCluster, startFaultProxy, startRelay } from "../../test/kube/index.ts";
import { parseClusterId } from "../model/index.ts";
import { becomes } from "./testing/bench.ts";
import { at, codeOf, healthOf, openChoice, type TwoClusters, twoClusters } from "./testing/real-fleet.ts";

const { signal } = new AbortController();

describe("a fleet of real clusters", () => {
  it("keeps each cluster's troubles to itself", async (t) => {
    const setting = await twoClusters(t);
    if (setting === undefined) return;
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run(setting, t));
  });
});

const relayTo = ({ server }: KubeCluster) => {
  const { hostname: host, port } = new URL(server);
  return startRelay({ host, port: Number(port) });
};

/** Nodes as their kubelets would report them, by their Ready condition. */
async function registerNodes({ kubectl }: KubeCluster, nodes: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, ready] of Object.entries(nodes)) {
    const node = { apiVersion: "v1", kind: "Node", metadata: { name } };
    await kubectl(["create", "-f", "-"], { input: JSON.stringify(node) });
    const patch = { status: { conditions: [{ type: "Ready", status: ready, reason: "Test" }] } };
    await kubectl(["patch", "node", name, "--subresource=status", "--type=merge", "-p", JSON.stringify(patch)]);
  }
}

const parts: Readonly<Record<string, (setting: TwoClusters, t: TestContext) => Promise<void>>> = {
  async "healthy ones answer while one is unreachable, one is silent and one has another authority"({
    east,
    west,
    open,
  }) {
    await using relay = await relayTo(west);
    relay.halfOpen();
    await using opened = await open(
      [
        { ...at("unreachable", west), server: "https://127.0.0.1:1" },
        { ...at("silent", west), server: `https://127.0.0.1:${relay.port}` },
        { ...at("forged", west), ca: east.ca },
        at("east", east),
        at("west", west),
      ],
      { connectTimeoutMs: 10_000 },
    );
    const { reader, ids } = opened;
    const codes = new Map<string, string>();
    for await (const answer of reader.list({ kind: "namespaces", clusters: ids }, signal)) {
      codes.set(answer.cluster, codeOf(answer));
      if (!answer.ok) continue;
      assert.ok(answer.value.objects.some(({ metadata }) => metadata.name === "kube-system"));
    }
    assert.deepEqual(Object.fromEntries(codes), {
      unreachable: "HEDDLE_CLUSTER_UNREACHABLE",
      silent: "HEDDLE_CLUSTER_TIMEOUT",
      forged: "HEDDLE_CLUSTER_TLS",
      east: "ok",
      west: "ok",
    });
    assert.equal([...codes.keys()].at(-1), "silent", "nobody waited for the time limit but the one who is silent");
    assert.match(healthOf(opened.fleet, "forged").reason, /certificate/);
  },

  async "summaries tell version, nodes, namespaces and certificate, or the reason"({ east, west, open }) {
    await registerNodes(east, { ready: "True", lost: "False" });
    await using opened = await open([at("east", east), { ...at("forged", west), ca: east.ca }]);
    const summaries = await Array.fromAsync(opened.reader.summaries(opened.ids, signal));
    const byId = new Map(summaries.map((summary) => [summary.info.id as string, summary]));
    const { health, nodes, namespaces } = byId.get("east") ?? assert.fail();
    assert.deepEqual([health.state, health.version, health.reason], ["Connected", "v1.34.4", ""]);
    assert.deepEqual(nodes, { ready: 1, total: 2 });
    assert.equal(namespaces, (await east.kubectl(["get", "namespaces", "-o", "name"])).trim().split("\n").length);
    assert.ok((health.certificateExpiresAtMs ?? 0) > Date.now() && (health.latencyMs ?? 0) > 0);
    const forged = byId.get("forged") ?? assert.fail();
    assert.equal(forged.health.state, "Failed");
    assert.deepEqual([forged.nodes, forged.namespaces], [undefined, undefined]);
  },

  async "the same cluster is refused under a second name, by another address and as another user"({ east, open }) {
    await using proxy = await startFaultProxy(east);
    await using relay = await relayTo(east);
    await using opened = await open([
      at("first", east),
      { ...at("by-relay", east), server: `https://127.0.0.1:${relay.port}`, token: east.tokens.viewer },
      { ...at("by-proxy", east), server: proxy.server, ca: proxy.ca },
    ]);
    const { fleet } = opened;
    fleet.start();
    await becomes(fleet, "first", "Connected");
    for (const id of ["by-relay", "by-proxy"]) {
      await becomes(fleet, id, "Failed");
      assert.match(healthOf(fleet, id).reason, new RegExp(`^${id} reaches the same cluster as first `));
      await assert.rejects(fleet.connect(parseClusterId(id), signal), { code: "HEDDLE_FLEET_REPEATED" });
    }
  },

  async "every way in that a configuration knows outside of a pod leads to its cluster, and to no other"(setting) {
    const { east, west, folder } = setting;
    await east.kubectl(["create", "serviceaccount", "heddle-test", "-n", "default"]);
    await east.kubectl([
      "create",
      "clusterrolebinding",
      "t",
      "--clusterrole=view",
      "--serviceaccount=default:heddle-test",
    ]);
    await writeFile(join(folder, "east.crt"), east.ca);
    await writeFile(
      join(folder, "token"),
      await east.serviceAccountToken({ namespace: "default", name: "heddle-test" }),
    );
    const byToken = { api_server_url: east.server, tls_config: { ca_file: "east.crt" } };
    const ways = {
      "by-kubeconfig": { auth_method: "kubeconfig", kubeconfig_path: east.kubeconfigPath },
      "by-file": { auth_method: "service_account", service_account_token_file: "token", ...byToken },
      "by-variable": { auth_method: "token", service_account_token: "${EAST_TOKEN}", ...byToken },
    };
    const configPath = join(folder, "heddle.yaml");
    for (const [id, way] of Object.entries(ways)) {
      await writeFile(configPath, JSON.stringify({ clusters: [{ id, ...way, qps: 20, timeout: "5s" }] }));
      const env = { EAST_TOKEN: east.tokens.viewer, KUBECONFIG: west.kubeconfigPath };
      await using opened = await openChoice({ configPath }, env);
      const { health, info } = await opened.fleet.check(parseClusterId(id), signal);
      assert.deepEqual([health.state, info.server], ["Connected", east.server], health.reason);
    }
    await writeFile(configPath, JSON.stringify({ clusters: [{ id: "here", auth_method: "in_cluster" }] }));
    await using opened = await openChoice({ configPath }, { KUBECONFIG: east.kubeconfigPath });
    const { health } = await opened.fleet.check(parseClusterId("here"), signal);
    assert.deepEqual([health.state, health.error?.code], ["Failed", "HEDDLE_CREDENTIAL_NOT_IN_CLUSTER"]);
  },

  async "a user who may not read kube-system is not refused, and is not told as another"({ east, west, open }) {
    await using opened = await open([at("east", east), { ...at("nobody", west), token: west.tokens.nobody }]);
    await opened.fleet.connect(parseClusterId("nobody"), signal);
    const summary = await opened.fleet.check(parseClusterId("nobody"), signal);
    assert.notEqual(summary.health.state, "Failed");
    assert.equal(summary.nodes, undefined);
  },

  async "a cluster that goes away is told, and so is its return, without touching the other"({ east, west, open }) {
    await using opened = await open([at("east", east), at("west", west)]);
    const { fleet } = opened;
    const told: string[] = [];
    const following = (async () => {
      for await (const { info, health } of fleet.changes(signal)) told.push(`${info.id} ${health.state}`);
    })();
    fleet.start();
    await Promise.all([becomes(fleet, "east", "Connected"), becomes(fleet, "west", "Connected")]);
    await west.killApiServer();
    await becomes(fleet, "west", "Failed");
    await west.startApiServer();
    await becomes(fleet, "west", "Connected");
    await fleet[Symbol.asyncDispose]();
    await following;
    // Degraded is who answers slowly, as on a busy machine, or is about to end.
    const states = (id: string): readonly string[] =>
      told
        .filter((line) => line.startsWith(id) && line !== `${id} Degraded`)
        .filter((line, index, lines) => line !== lines[index - 1]);
    assert.deepEqual(states("east"), ["east Unknown", "east Connected"]);
    assert.deepEqual(states("west"), ["west Unknown", "west Connected", "west Failed", "west Connected"]);
  },

  async "an abort in the middle ends a question at once, and closing does not wait for the silent one"({
    east,
    west,
    open,
  }) {
    await using relay = await relayTo(west);
    relay.halfOpen();
    const opened = await open(
      [at("east", east), { ...at("silent", west), server: `https://127.0.0.1:${relay.port}` }],
      { connectTimeoutMs: 60_000 },
    );
    const controller = new AbortController();
    const answers: string[] = [];
    await assert.rejects(async () => {
      for await (const answer of opened.reader.list({ kind: "ns", clusters: opened.ids }, controller.signal)) {
        answers.push(answer.cluster);
        controller.abort(new Error("SIGTERM"));
      }
    }, /SIGTERM/);
    await opened[Symbol.asyncDispose]();
    assert.deepEqual(answers, ["east"]);
    await assert.rejects(opened.fleet.connect(parseClusterId("east"), signal), { code: "HEDDLE_FLEET_CLOSED" });
  },
};
