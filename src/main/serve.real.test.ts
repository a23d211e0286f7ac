import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { kubeForTest, lentKube, type LentKube, until } from "../../test/kube/index.ts";
import { type Ended, newUser, type Running, type User } from "./testing/served.ts";

type Served = Readonly<{ server: Running; address: string; on(...args: readonly string[]): Promise<Ended> }>;

/** Starts a server on a cluster and waits until it greets. */
async function serve(user: User, kube: LentKube, listen = "127.0.0.1:0"): Promise<Served> {
  const server = user.start(["serve", "--kubeconfig", kube.kubeconfigPath, "--listen", listen]);
  const [, address = ""] = await server.shows(/at (http:\S+)/);
  await server.shows(/Ctrl-C ends/);
  return { server, address, on: (...args) => user.run([...args, "--server", address]) };
}

type Status = Readonly<{ clusters: readonly Readonly<{ kinds?: Readonly<{ total: number; live: number }> }>[] }>;

const settings = (words: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", labels: { app: "web" } },
    data: { words },
  });

/** "created settings", in the order of their lines. */
const told = (lines: string): readonly string[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { type: string; id: string; data: { metadata?: { name: string } } })
    .map(({ type, data }) => `${type.split(".").at(-1)} ${data.metadata?.name ?? ""}`);

describe("heddle serve, as a user starts it", () => {
  it("greets, answers every command, and ends at once when it is told to", async (t) => {
    const kube = await kubeForTest(t, { nodes: 1, controllers: true });
    if (kube === undefined) return;
    const user = newUser(t);
    await kube.kubectl(["apply", "-f", "-"], { input: web(kube.busyboxImage) });
    await kube.kubectl(["wait", "--for=condition=Available", "deployment/web", "--timeout=180s"]);
    const { server, address, on } = await serve(user, kube);

    await t.test("with its address, progress, a URL and three commands", async () => {
      assert.match(server.stdout(), /^Serving 1 context of \S+ at http:\/\/127\.0\.0\.1:\d+\n/);
      // The greeting waits ten seconds for it at most, which a very busy machine may need: it is synced then, and not told.
      const told = new RegExp(`${kube.name}: synced, \\d+ objects of \\d+ kinds in \\d+\\.\\ds`);
      if (!told.test(server.stdout()))
        await until("the sync", async () => {
          const { clusters } = JSON.parse((await on("status", "-o", "json")).stdout) as Status;
          return clusters.every(({ kinds }) => kinds !== undefined && kinds.total > 0 && kinds.live === kinds.total);
        });
      assert.match(server.stdout(), /http:\/\/127\.0\.0\.1:\d+\/\?key=\S{20,}/);
      for (const command of ["get pods -A", "tree ", "changes -f"])
        assert.ok(server.stdout().includes(`heddle ${command}`), command);
    });
    await t.test("get and describe as kubectl knows them, saying nothing else", async () => {
      const { stdout, stderr } = await on("get", "pods", "-A", "-o", "name");
      const theirs = await kube.kubectl(["get", "pods", "-A", "-o", "name"]);
      assert.deepEqual([stdout.split("\n").sort(), stderr], [theirs.split("\n").sort(), ""]);
      const described = await on("describe", "deploy", "web");
      assert.match(described.stdout, /Selector:\s+app=web[^]*Normal\s+ScalingReplicaSet/);
      assert.match((await on("get", "cm/kube-root-ca.crt", "--live", "-o", "yaml")).stdout, /ca\.crt: \|/);
    });
    await t.test("tree, with what a pod uses and what is missing", async () => {
      const { stdout } = await on("tree", "deploy/web");
      assert.match(stdout, /deployment\.apps\/web +1\/1 +Available/);
      assert.match(stdout, /└─ replicaset\.apps\/web-\w+ [^]*└─ pod\/web-\w+-\w+ +1\/1 +Running/);
      assert.match(stdout, /selected by service\/web [^]*runs on node\/node1 [^]*uses secret\/nothing +missing/);
      const [root] = JSON.parse((await on("tree", "deploy/web", "-o", "json", "--depth", "1")).stdout);
      assert.deepEqual(
        [root.cluster, root.kind, root.children[0].kind, root.children[0].relation, root.children[0].direction],
        [kube.name, "Deployment", "ReplicaSet", "owned_by", "in"],
      );
    });
    await t.test("changes as they happen, filtered", async () => {
      const follow = ["changes", "cm", "-n", "default", "-l", "app=web", "-f", "-o", "json", "--server", address];
      const following = user.start(follow);
      await until(
        "it is subscribed",
        async () => JSON.parse((await on("status", "-o", "json")).stdout).subscribers.current > 0,
      );
      await kube.kubectl(["create", "cm", "other"]);
      await kube.kubectl(["apply", "-f", "-"], { input: settings("one") });
      await kube.kubectl(["apply", "-f", "-"], { input: settings("two") });
      await kube.kubectl(["delete", "cm", "settings"]);
      await following.shows(/resource\.deleted/);
      const { code, stdout } = await following.stop("SIGINT");
      assert.deepEqual([code, told(stdout)], [130, ["created settings", "updated settings", "deleted settings"]]);
      const recent = await on("changes", "cm", "--tail", "2", "-l", "app=web");
      assert.match(
        recent.stdout,
        /CHANGE[^]*updated +default +configmap\/settings[^]*deleted +default +configmap\/settings/,
      );
    });
    await t.test("get -w, events, status, clusters and graphql", async () => {
      const watching = user.start(["get", "cm", "-w", "--server", address]);
      await watching.shows(/kube-root-ca\.crt/);
      await kube.kubectl(["create", "cm", "fresh"]);
      await watching.shows(/fresh/);
      await watching.stop("SIGINT");
      assert.match((await on("events", "deploy/web")).stdout, /ScalingReplicaSet +deployment\/web/);
      assert.match((await on("status")).stdout, /Record:[^]*FRESHNESS[^]*live/);
      assert.match((await on("clusters")).stdout, /OBJECTS +LAST SUCCESS[^]*Connected/);
      const query = "{ clusters { id } }";
      const answer = await user.run(["graphql", "-", "--server", address], query);
      assert.deepEqual([answer.code, JSON.parse(answer.stdout)], [0, { clusters: [{ id: kube.name }] }]);
      const wrong = await user.run(["graphql", "-", "--server", address], "{ nope }");
      assert.match(`${wrong.code} ${wrong.stderr}`, /^1 error: .*nope/);
      assert.equal((await on("logs", "deploy/web")).stdout, "ready\n");
    });
    await t.test("and is gone when it is interrupted, with 0, its token too", async () => {
      assert.equal(globSync(join(user.folder, "heddle/*.token")).length, 1);
      const { code, stderr } = await server.stop("SIGINT");
      assert.deepEqual([code, stderr], [0, ""]);
      assert.deepEqual(globSync(join(user.folder, "heddle/*.token")), []);
    });
  });

  it("lets nothing be lost to who follows while it is killed and started again", async (t) => {
    const kube = await lentKube(t);
    if (kube === undefined) return;
    const user = newUser(t);
    const first = await serve(user, kube);
    const host = new URL(first.address).host;
    const following = user.start(["changes", "cm", "-n", "default", "-f", "-o", "json", "--server", first.address]);
    await until(
      "it is subscribed",
      async () => JSON.parse((await first.on("status", "-o", "json")).stdout).subscribers.current > 0,
    );
    await kube.kubectl(["create", "cm", "before"]);
    await following.shows(/"before"/);
    await first.server.stop("SIGKILL");
    await following.shows(/connection .* broke|no Heddle server listens/);

    // The token file is still there: it counts as none.
    assert.ok(existsSync(join(user.folder, `heddle/${host.replace(":", "_")}.token`)));
    const direct = await user.run(["get", "ns", "--kubeconfig", kube.kubeconfigPath, "-o", "name"]);
    assert.match(direct.stderr, /^no Heddle server runs at \S+: asking the clusters themselves\n$/);
    const named = await first.on("get", "ns");
    assert.match(`${named.code} ${named.stderr}`, /^1 error: --server: no Heddle server runs at/);

    await kube.kubectl(["create", "cm", "between"]);
    await kube.kubectl(["delete", "cm", "before"]);
    const second = await serve(user, kube, host);
    await following.shows(/"between"[^]*resource\.deleted|resource\.deleted[^]*"between"/);
    await kube.kubectl(["create", "cm", "after"]);
    await following.shows(/"after"/);
    const { stdout } = await following.stop("SIGINT");
    assert.deepEqual(told(stdout).toSorted(), ["created after", "created before", "created between", "deleted before"]);
    assert.equal((await second.server.stop("SIGTERM")).code, 0);
  });

  it("takes clusters in and out while it runs, by command and by its file", async (t) => {
    const [east, west] = [await lentKube(t), await lentKube(t)];
    if (east === undefined || west === undefined) return;
    const user = newUser(t);
    const { server, on, address } = await serve(user, east);
    const added = await user.run([
      "clusters",
      "add",
      "west",
      "--kubeconfig",
      west.kubeconfigPath,
      "--region",
      "w",
      "--server",
      address,
    ]);
    assert.match(`${added.code} ${added.stdout}`, /^0 cluster\/west added/);
    const ids = async (): Promise<readonly string[]> => (await on("clusters", "-o", "name")).stdout.trim().split("\n");
    assert.deepEqual(await ids(), [east.name, "west"]);
    await until("the new cluster answers", async () =>
      /west +kube-system/.test((await on("get", "ns", "--clusters", "region=w")).stdout),
    );
    await server.shows(/added west/);
    const again = await user.run(["clusters", "add", "west", "--kubeconfig", west.kubeconfigPath, "--server", address]);
    assert.match(`${again.code} ${again.stderr}`, /^2 error: there is a cluster "west" already/);
    await writeFile(join(user.folder, "state/heddle/clusters.yaml"), "clusters: [");
    await server.shows(/the fleet stays as it is/);
    await writeFile(join(user.folder, "state/heddle/clusters.yaml"), "clusters: []\n");
    await until("the file is obeyed", async () => (await ids()).length === 1);
    assert.match((await on("clusters", "remove", "west")).stderr, /there is no cluster "west"/);
  });

  it("refuses what it cannot do, in words", async (t) => {
    const kube = await lentKube(t);
    if (kube === undefined) return;
    const user = newUser(t);
    const { address } = await serve(user, kube);
    const host = new URL(address).host;
    const start = (...args: readonly string[]): Promise<Ended> =>
      user.run(["serve", "--kubeconfig", kube.kubeconfigPath, ...args]);
    const other = join(user.folder, "other");
    const cases: readonly (readonly [Promise<Ended>, RegExp])[] = [
      [start("--listen", host, "--data", other), /^1 error: --listen \S+: another process listens there already/],
      [start("--listen", "0.0.0.0:0"), /^2 error: --listen .*loopback/],
      [start("--listen", "127.0.0.1:0"), /^1 error: --data \S+: The folder \S+ is in use by process \d+/],
      [user.run(["serve"]), /^2 error: no cluster is given: .*npm run kube/],
      [
        user.run(["tree", "deploy/web"]),
        /^1 error: no Heddle server runs at .*: this needs one, start it by `heddle serve`/,
      ],
    ];
    for (const [ended, words] of cases) {
      const { code, stderr } = await ended;
      assert.match(`${code} ${stderr}`, words);
    }
  });
});

const web = (image: string): string => {
  const labels = { app: "web" };
  const container = {
    name: "web",
    image,
    command: ["sh", "-c", "echo ready; exec sleep 3600"],
    envFrom: [{ secretRef: { name: "nothing", optional: true } }],
  };
  const items = [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: labels, ports: [{ port: 80 }] } },
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
};
