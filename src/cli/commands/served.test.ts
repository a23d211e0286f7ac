import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { type ClusterId, type JsonObject } from "../../model/index.ts";
import { type ServeOptions, type Serving, type SyncProgress } from "../ports.ts";
import { type ChangeDelivery } from "../server/model.ts";
import { deployment, pod } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";

const fleet = [{ info: { id: "east" }, objects: [deployment("web"), pod("web-1")] }];

const change = (sequence: number, event: JsonObject): ChangeDelivery => ({
  type: "event",
  sequence: String(sequence),
  event: { cluster: "east", sequence: String(sequence), time: "nonsense", ...event },
});

async function* deliver(...all: readonly ChangeDelivery[]): AsyncGenerator<ChangeDelivery> {
  yield* all;
}

describe("heddle changes", () => {
  const log = [
    change(1, { type: "kubernetes.cluster.synced", data: { kinds: 3, objects: 9 }, subject: "east" }),
    change(2, { type: "kubernetes.resource.created", data: pod("web-1") }),
    change(3, { type: "kubernetes.resource.deleted", data: pod("web-1"), finalstate: "unknown" }),
  ];
  const server = { recentChanges: () => deliver(...log) };

  it("shows the recorded ones, the last at the end", async () => {
    const { stdout, code } = await runCli("changes --tail 2", fleet, { server });
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/).slice(-5).join(" "));
    assert.deepEqual(
      [code, ...rows.slice(1, 3)],
      [0, "east created default pod/web-1 Running", "east deleted default pod/web-1 gone when looked again"],
    );
    const all = await runCli("changes --no-headers", fleet, { server });
    assert.match(all.stdout, /^ +east +synced +east +9 objects of 3 kinds\n/);
  });

  it("follows under headers that are there before anything changes, as wide as the fleet's longest id", async () => {
    const id = "production-us-east-1";
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = runCli("changes -f", [...fleet, { info: { id } }], {
      server: {
        async *changes() {
          await promise;
          yield* deliver(
            log[1] as ChangeDelivery,
            change(2, { type: "kubernetes.resource.created", data: pod("web-2"), cluster: id }),
          );
        },
      },
      stopWhen: (stdout) => (stdout.startsWith("TIME") && resolve(), false),
    });
    const [header, ...rows] = (await running).stdout.trimEnd().split("\n");
    const column = header?.indexOf("CHANGE");
    assert.deepEqual(
      rows.map((row) => row.indexOf("created")),
      [column, column],
    );
  });

  it("follows, one CloudEvent a line, and says what is lost on stderr", async () => {
    const asked: unknown[] = [];
    const { stdout, stderr } = await runCli("changes pods,cm -n web -l app=web --clusters east -f -o json", fleet, {
      server: {
        changes(filter) {
          asked.push(filter);
          const lost: ChangeDelivery = { type: "lost", reason: "it broke" };
          return deliver(...log.slice(1, 2), lost, { type: "missed", from: "3", to: "7" });
        },
      },
    });
    assert.equal(JSON.parse(stdout).sequence, "2");
    assert.equal(
      stderr,
      "warning: it broke; trying again, nothing will be left out\n" +
        "warning: changes 3 to 7 are lost: the server no longer holds them\n",
    );
    const [{ signal: _, ...filter }] = asked as [JsonObject];
    assert.deepEqual(
      [filter["clusters"], filter["kinds"], filter["namespace"], filter["labelSelector"], filter["after"]],
      [["east"], ["pods", "cm"], "web", "app=web", undefined],
    );
  });

  it("goes on from the last recorded one that it showed", async () => {
    let after: unknown;
    const following = { ...server, changes: (filter: { after?: unknown }) => ((after = filter.after), deliver()) };
    await runCli("changes -f --tail 1", fleet, { server: following });
    assert.equal(after, "3");
  });

  it("says of a server that watches nothing that this is the record of earlier", async () => {
    const { stdout, stderr, code } = await runCli("changes", fleet, { server, cached: false });
    assert.match(stdout, /web-1/);
    assert.match(
      stderr,
      /^warning: the server watches no cluster \(`enable_cache` is false\): this is what was recorded/,
    );
    assert.equal(code, 0);
  });

  it("needs a server", async () => {
    const { code, stderr } = await runCli("changes", fleet);
    assert.deepEqual([code, stderr], [1, "error: no Heddle server runs\n"]);
  });
});

describe("heddle open", () => {
  const server = { pageUrl: async () => "http://127.0.0.1:7433/?key=abc" };

  it("prints a link that lets a browser in, to the page that is named", async () => {
    const { code, stdout } = await runCli("open", fleet, { server });
    assert.deepEqual([code, stdout], [0, "http://127.0.0.1:7433/?key=abc\n"]);
    const page = await runCli("open /resources?kind=pods&status=Pending", fleet, { server });
    assert.equal(page.stdout, "http://127.0.0.1:7433/?key=abc&next=%2Fresources%3Fkind%3Dpods%26status%3DPending\n");
    const wrong = await runCli("open pods", fleet, { server });
    assert.match(`${wrong.code} ${wrong.stderr}`, /^2 error: heddle open takes a page of the console/);
  });

  it("starts a browser only when it is told to, and says where it cannot", async () => {
    const opened: string[] = [];
    const browse = async (url: string): Promise<void> => void opened.push(url);
    await runCli("open", fleet, { server, browse });
    assert.deepEqual(opened, []);
    const { code } = await runCli("open --browser", fleet, { server, browse });
    assert.deepEqual([code, opened], [0, ["http://127.0.0.1:7433/?key=abc"]]);
    const none = await runCli("open --browser", fleet, {
      server,
      browse: async () => Promise.reject(new Error("there is none")),
    });
    assert.match(`${none.code} ${none.stderr}`, /^1 error: no browser could be started \(there is none\)/);
  });
});

describe("heddle tree", () => {
  const end = (kind: string, name: string, more: JsonObject = {}): JsonObject => ({
    group: kind === "Deployment" || kind === "ReplicaSet" ? "apps" : "",
    kind,
    namespace: "default",
    name,
    missing: false,
    attributes: { status: kind === "ConfigMap" ? "Present" : "Fine", health: "healthy" },
    ...more,
  });
  const [web, set, one, two] = [
    end("Deployment", "web"),
    end("ReplicaSet", "web-a"),
    end("Pod", "web-2"),
    end("Pod", "web-10"),
  ];
  const map = end("ConfigMap", "settings");
  const relations = [
    { type: "owned_by", because: "it says so", from: set, to: web },
    { type: "owned_by", from: two, to: set },
    { type: "owned_by", from: one, to: set },
    { type: "uses", from: one, to: map },
    { type: "uses", from: two, to: map },
    { type: "uses", from: one, to: end("Secret", "no", { missing: true, namespace: "other" }) },
    { type: "selects", from: end("Service", "web"), to: two },
  ];
  const server = { relations: async () => ({ relations, cut: true }) };

  it("draws what an object owns, needs and is needed by", async () => {
    const { stdout, stderr, code } = await runCli("tree deploy/web", fleet, { server });
    assert.deepEqual(
      stdout.split("\n").map((line) => line.trimEnd()),
      [
        "OBJECT                             READY   STATUS",
        "deployment.apps/web                        Fine",
        "└─ replicaset.apps/web-a                   Fine",
        "   ├─ pod/web-2                            Fine",
        "   │  ├─ uses configmap/settings",
        "   │  └─ uses secret/no in other           missing",
        "   └─ pod/web-10                           Fine",
        "      ├─ selected by service/web           Fine",
        "      └─ uses configmap/settings",
        "",
      ],
    );
    assert.match(`${code} ${stderr}`, /^0 warning: cluster east: there is more than is shown/);
  });

  it("shows of one that is not there who names it, says that it is missing, and ends with 1", async () => {
    const lost = end("ConfigMap", "lost", { missing: true });
    const asked: unknown[] = [];
    const relations = async (question: unknown) => {
      asked.push(question);
      return { root: lost, relations: [{ type: "uses", from: two, to: lost }] };
    };
    const { stdout, stderr, code } = await runCli("tree cm/lost", fleet, { server: { relations } });
    assert.equal(
      stdout,
      "OBJECT                  READY   STATUS\nconfigmap/lost                  missing\n└─ used by pod/web-10           Fine\n",
    );
    assert.match(`${code} ${stderr}`, /^1 Error from server \(NotFound\): .*"lost" not found/);
    const { kind, namespace, name } = asked[0] as Record<string, unknown>;
    assert.deepEqual([kind, namespace, name], ["cm", "default", "lost"]);
  });

  it("goes as far as asked, and prints documents", async () => {
    const { stdout } = await runCli("tree deploy/web --depth 1 -o json", fleet, { server });
    const [root] = JSON.parse(stdout);
    assert.deepEqual(
      [root.cluster, root.name, root.children.length, root.children[0].relation, root.children[0].children],
      ["east", "web", 1, "owned_by", undefined],
    );
    assert.equal(root.children[0].because, "it says so");
  });

  it("refuses what it does not understand, and says what is not there", async () => {
    for (const line of [
      "tree deploy",
      "tree deploy/a deploy/b",
      "tree deploy/web --depth 0",
      "tree deploy/web --direction up",
    ])
      assert.equal((await runCli(line, fleet, { server })).code, 2, line);
    assert.match((await runCli("tree deploy/no", fleet, { server })).stderr, /"no" not found \(cluster east\)/);
  });
});

describe("heddle graphql", () => {
  it("prints data, and errors with their path and code", async () => {
    const asked: unknown[] = [];
    const errors = [{ message: "no", path: ["a", 0], extensions: { code: "HEDDLE_X" } }];
    const stdin = new PassThrough();
    stdin.end("{ a }");
    const { stdout, stderr, code } = await runCli(["graphql", "-", "--variables", '{"x":1}'], fleet, {
      stdin,
      server: { graphql: async (request) => (asked.push(request), { data: { a: [] }, errors }) },
    });
    assert.deepEqual(asked, [{ query: "{ a }", variables: { x: 1 } }]);
    assert.deepEqual([JSON.parse(stdout), stderr, code], [{ a: [] }, "error: a.0: no (HEDDLE_X)\n", 1]);
  });
});

describe("heddle clusters add and remove", () => {
  it("hands an entry of the configuration on, with absolute paths", async () => {
    const entries: JsonObject[] = [];
    const server = {
      addCluster: async (entry: JsonObject) => (entries.push(entry), { server: "https://x", notes: ["kept in y"] }),
    };
    const line = "clusters add lab --kubeconfig /k/lab --context admin --region r";
    const added = await runCli(line, fleet, { server });
    assert.deepEqual([added.stdout, added.stderr], ["cluster/lab added (https://x)\n", "kept in y\n"]);
    await runCli("clusters add edge --api-server https://e --token-file /t --ca-file /ca", fleet, { server });
    assert.deepEqual(entries, [
      { id: "lab", region: "r", auth_method: "kubeconfig", kubeconfig_path: "/k/lab", kubeconfig_context: "admin" },
      {
        id: "edge",
        auth_method: "token",
        api_server_url: "https://e",
        service_account_token_file: "/t",
        tls_config: { ca_file: "/ca" },
      },
    ]);
    // Which server is asked, the new cluster's flags do not say.
    assert.deepEqual([added.opened[0]?.kubeconfigPath, added.opened[0]?.contexts], [undefined, []]);
  });

  it("refuses half a way in, two ways, and what is no id", async () => {
    for (const line of [
      "clusters add lab",
      "clusters add lab --api-server https://e",
      "clusters add lab --kubeconfig k --token-file t",
      "clusters add A_B --kubeconfig k",
      "clusters add",
      "clusters remove a b",
    ])
      assert.equal((await runCli(line, fleet, { server: {} })).code, 2, line);
  });
});

describe("get without a server", () => {
  it("says so once, on stderr", async () => {
    const { stdout, stderr } = await runCli("get pods,deploy -o name", fleet, { directBecause: "no server" });
    assert.deepEqual(
      [stdout, stderr],
      ["pod/web-1\ndeployment.apps/web\n", "no server: asking the clusters themselves\n"],
    );
  });
});

describe("heddle serve", () => {
  const progress = (more: Partial<SyncProgress>): SyncProgress => ({
    cluster: "east" as ClusterId,
    synced: false,
    objects: 5,
    kinds: { listed: 2, refused: 1, total: 3 },
    trouble: "",
    reached: true,
    ...more,
  });
  const serving = (steps: readonly SyncProgress[]): Serving => ({
    address: "http://127.0.0.1:7433",
    url: "http://127.0.0.1:7433/?key=k",
    source: "1 context",
    notes: [],
    warnings: ["be careful"],
    clusters: () => [{ id: "east" as ClusterId, name: "east", server: "" }],
    example: async () => "deploy/web -n shop",
    async *progress(signal) {
      yield* steps;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      signal.throwIfAborted();
    },
    news: () => new PassThrough({ objectMode: true }),
    [Symbol.asyncDispose]: async () => {},
  });

  it("takes a demo and its size, and keeps the record only where a folder is named", async () => {
    const taken: ServeOptions[] = [];
    const serve = async (options: ServeOptions) => (taken.push(options), serving([progress({ synced: true })]));
    const stopWhen = (out: string): boolean => out.includes("Ctrl-C ends");
    for (const line of ["serve --demo", "serve --demo=pods:5,seed:2 --data d", "serve --or-demo", "serve"])
      await runCli(line, fleet, { serve, stopWhen });
    assert.deepEqual(
      taken.map(({ demo }) => demo),
      [
        { when: "always", world: {}, keepData: false },
        { when: "always", world: { pods: 5, seed: 2 }, keepData: true },
        { when: "no-cluster", world: {}, keepData: false },
        undefined,
      ],
    );
    for (const line of ["serve --demo=pods:x", "serve --demo --kubeconfig k", "serve --demo --context a"])
      assert.equal((await runCli(line, fleet, { serve })).code, 2, line);
  });

  it("greets at once and goes on serving where nothing is kept and there is no progress", async () => {
    const news = new PassThrough({ objectMode: true });
    const { code, stdout } = await runCli("serve", fleet, {
      serve: async () => ({ ...serving([]), async *progress() {}, news: () => news }),
      stopWhen(out) {
        if (out.endsWith("Ctrl-C ends.\n")) setImmediate(() => news.write("added west"));
        return out.includes("added west");
      },
    });
    assert.equal(code, 0);
    assert.match(stdout, /added west/);
  });

  it("says where to look, shows progress, then what to try, and ends with 0", async () => {
    const steps = [progress({}), progress({ synced: true, syncMs: 1234 })];
    const { code, stdout, stderr } = await runCli("serve", fleet, {
      serve: async () => serving(steps),
      stopWhen: (out) => out.includes("Ctrl-C ends"),
    });
    assert.deepEqual(
      [code, stderr, stdout.split("\n")[0]],
      [0, "warning: be careful\n", "Serving 1 context at http://127.0.0.1:7433"],
    );
    assert.match(
      stdout,
      /\?key=k\neast: synced, 5 objects of 2 kinds in 1\.2s\n[^]*heddle get pods -A\n {2}heddle tree deploy\/web -n shop\n {2}heddle changes -f\n/,
    );
  });

  it("does not wait for a cluster that does not answer", async () => {
    const { stdout } = await runCli("serve", fleet, {
      serve: async () => serving([progress({ reached: false, trouble: "nobody there" })]),
      stopWhen: (out) => out.includes("Ctrl-C ends"),
    });
    assert.match(stdout, /east: nobody there\n/);
  });

  it("takes its address and folder from flags, then variables, then habit", async () => {
    const seen: ServeOptions[] = [];
    const serve = async (options: ServeOptions): Promise<never> => {
      seen.push(options);
      throw new HeddleError("enough", { code: "HEDDLE_FLEET_EMPTY" });
    };
    const home = { HOME: "/h" };
    await runCli("serve --listen :1 --data /d", fleet, { serve, env: { HEDDLE_LISTEN: ":2", HEDDLE_DATA: "/e" } });
    await runCli("serve", fleet, { serve, env: { ...home, HEDDLE_LISTEN: ":2", HEDDLE_DATA: "/e" } });
    await runCli("serve", fleet, { serve, env: home });
    await runCli("serve", fleet, { serve, env: { ...home, XDG_STATE_HOME: "/s" } });
    assert.deepEqual(
      seen.map(({ listen, dataFolder }) => `${listen} ${dataFolder}`),
      [":1 /d", ":2 /e", "127.0.0.1:7433 /h/.local/state/heddle", "127.0.0.1:7433 /s/heddle"],
    );
    for (const line of ["serve --server :1", "serve --clusters a"])
      assert.equal((await runCli(line, fleet, { serve })).code, 2);
  });
});
