import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createSeededRandom, isHeddleError, silentLogger, systemClock } from "../base/index.ts";
import { createFleetSource, explainFleetNews } from "./fleet-source.ts";
import { createFleet } from "./fleet.ts";
import { type FleetChoice, resolveFleet } from "./plan/resolve-fleet.ts";

const entry = (id: string, more = ""): string =>
  `  - id: ${id}\n    auth_method: token\n    api_server_url: https://${id}.example\n    service_account_token: secret-of-${id}\n${more}`;
const config = (...entries: readonly string[]): string => `# ours\nclusters:\n${entries.join("")}`;

type ContextLine = Readonly<{ name: string; server?: string; token?: string }>;
const kubeconfig = (...contexts: readonly ContextLine[]): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ name, server = `https://${name}.example` }) => ({ name, cluster: { server } })),
    users: contexts.map(({ name, token = `secret-of-${name}` }) => ({ name, user: { token } })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });

describe("createFleetSource", () => {
  let folder = "";
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-source-"));
  });
  after(() => rm(folder, { recursive: true }));

  const newFolder = async (): Promise<string> => {
    const path = join(folder, `${count++}`);
    await mkdir(path);
    return path;
  };

  /** A fleet and its source; `news` waits for the next time that something is told, at most ten seconds. */
  async function open(choice: FleetChoice, env: Readonly<Record<string, string>> = {}) {
    const deps = { clock: systemClock, random: createSeededRandom(1), log: silentLogger, env, home: "/nowhere" };
    const plan = await resolveFleet(choice, deps);
    const fleet = createFleet(deps, plan);
    const source = createFleetSource(deps, { fleet, plan, choice });
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(10_000)]);
    const told = source.watch(signal, { quietMs: 20, pollMs: 3_600_000 })[Symbol.asyncIterator]();
    return {
      fleet,
      source,
      ids: () => fleet.clusters().map(({ id }) => id as string),
      /** Starts listening at once; the lines are as people see them. */
      async news(): Promise<readonly string[]> {
        const { value, done } = await told.next();
        return done === true ? assert.fail("nothing was told") : explainFleetNews(value);
      },
      async [Symbol.asyncDispose]() {
        controller.abort();
        await fleet[Symbol.asyncDispose]();
      },
    };
  }

  describe("watching a configuration", () => {
    it("takes over what is added, removed, changed and renamed, each time", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a"), entry("b"), entry("c")));
      await using opened = await open({ configPath });
      const steps: readonly (readonly [string, readonly string[], readonly string[]])[] = [
        [config(entry("a"), entry("b"), entry("c"), entry("d")), ["added d"], ["a", "b", "c", "d"]],
        [config(entry("b"), entry("c"), entry("d")), ["removed a"], ["b", "c", "d"]],
        [config(entry("b", "    qps: 7\n"), entry("c"), entry("d")), ["connecting anew to b"], ["b", "c", "d"]],
        [
          config(entry("b", "    qps: 7\n    name: B\n"), entry("c"), entry("d")),
          ["renamed or regrouped b"],
          ["b", "c", "d"],
        ],
        [
          config(entry("d"), entry("b", "    qps: 7\n    name: B\n"), entry("c")),
          ["the order changed"],
          ["d", "b", "c"],
        ],
        [
          `enable_mutations: true\n${config(entry("d").replace("secret-of-d", "secret-2-of-d"))}`,
          ["removed b, c", "connecting anew to d", "needs a restart to take effect: enable_mutations"],
          ["d"],
        ],
      ];
      for (const [text, lines, ids] of steps) {
        const news = opened.news();
        await writeFile(configPath, text);
        assert.deepEqual(await news, lines);
        assert.deepEqual(opened.ids(), ids);
      }
    });

    it("tells a bad edit with file, line and key, keeps the fleet, and takes the next good one", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      const bad = opened.news();
      await writeFile(configPath, config(entry("a"), entry("b", "    qps: fast\n")));
      assert.deepEqual(await bad, [
        `the configuration has an error:\n  ${configPath}:11:10: clusters[1].qps: found "fast", expected a number from 0 (no limit) to 100000`,
        "the fleet stays as it is",
      ]);
      assert.deepEqual(opened.ids(), ["a"]);
      const good = opened.news();
      await writeFile(configPath, config(entry("a"), entry("b")));
      assert.deepEqual(await good, ["added b"]);
    });

    it("tells that the file vanished, or lists no cluster, and that it is right again", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      const first = opened.news();
      await unlink(configPath);
      assert.match((await first).join(), /heddle\.yaml vanished|heddle\.yaml cannot be read: .*ENOENT/);
      const second = opened.news();
      await writeFile(configPath, "clusters: []\n");
      assert.match((await second).join(), /no cluster is given: .*heddle\.yaml lists none/);
      const third = opened.news();
      await writeFile(configPath, config(entry("a")));
      assert.deepEqual(await third, ["the configuration is right again, and nothing in it changed"]);
      assert.deepEqual(opened.ids(), ["a"]);
    });

    it("follows the mount of a ConfigMap", async () => {
      const mount = await newFolder();
      const publish = async (version: string, text: string): Promise<void> => {
        await mkdir(join(mount, `..${version}`));
        await writeFile(join(mount, `..${version}`, "heddle.yaml"), text);
        await symlink(`..${version}`, join(mount, "..data_tmp"));
        await rename(join(mount, "..data_tmp"), join(mount, "..data"));
      };
      await publish("1", config(entry("a")));
      await symlink("..data/heddle.yaml", join(mount, "heddle.yaml"));
      await using opened = await open({ configPath: join(mount, "heddle.yaml") });
      const news = opened.news();
      await publish("2", config(entry("b")));
      assert.deepEqual(await news, ["added b", "removed a"]);
    });

    it("finds an edit that was made before it began to watch", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      await writeFile(configPath, config(entry("a"), entry("b")));
      assert.deepEqual(await opened.news(), ["added b"]);
    });
  });

  describe("watching kubeconfigs", () => {
    it("makes a cluster of a new context, and connects anew where a server or a credential changed", async () => {
      const kubeconfigPath = join(await newFolder(), "config");
      await writeFile(kubeconfigPath, kubeconfig({ name: "a" }, { name: "b" }));
      await using opened = await open({ kubeconfigPath });
      const steps: readonly (readonly [readonly ContextLine[], readonly string[]])[] = [
        [[{ name: "a" }, { name: "b" }, { name: "New_one" }], ["added new-one"]],
        [
          [{ name: "a", server: "https://moved.example" }, { name: "b" }, { name: "New_one" }],
          ["connecting anew to a"],
        ],
        [
          [
            { name: "a", server: "https://moved.example" },
            { name: "b", token: "another" },
          ],
          ["removed new-one", "connecting anew to b"],
        ],
      ];
      for (const [contexts, lines] of steps) {
        const news = opened.news();
        await writeFile(kubeconfigPath, kubeconfig(...contexts));
        assert.deepEqual(await news, lines);
      }
    });

    it("keeps the name of a cluster that has several contexts when another of them becomes the current one", async () => {
      const kubeconfigPath = join(await newFolder(), "config");
      const withCurrent = (current: string): string => {
        const config = JSON.parse(kubeconfig({ name: "a" }, { name: "c" }));
        config.contexts.push({ name: "b", context: { cluster: "a", user: "a" } });
        return JSON.stringify({ ...config, "current-context": current });
      };
      await writeFile(kubeconfigPath, withCurrent("b"));
      await using opened = await open({ kubeconfigPath });
      assert.deepEqual(opened.ids(), ["b", "c"]);
      const news = opened.news();
      await writeFile(kubeconfigPath, withCurrent("a"));
      await opened.source.remove("c");
      assert.deepEqual(opened.ids(), ["b"]);
      await writeFile(kubeconfigPath, kubeconfig({ name: "a" }, { name: "c" }));
      assert.deepEqual(await news, ["added a", "removed b"]);
    });

    it("keeps the clusters of a file of KUBECONFIG that vanished", async () => {
      const parent = await newFolder();
      const [first, second] = [join(parent, "first"), join(parent, "second")];
      await writeFile(first, kubeconfig({ name: "a" }));
      await writeFile(second, kubeconfig({ name: "b" }));
      await using opened = await open({}, { KUBECONFIG: `${first}:${second}` });
      await opened.source.add({ id: "x", auth_method: "in_cluster" }).catch(() => {});
      const news = opened.news();
      await unlink(second);
      assert.deepEqual(await news, [`${second} vanished; the next start goes without`, "the fleet stays as it is"]);
      assert.deepEqual(opened.ids(), ["a", "b"]);
    });
  });

  it("tells an edit by hand that an addition found first, and that a setting was put back", async () => {
    const configPath = join(await newFolder(), "heddle.yaml");
    const text = config(entry("a"));
    await writeFile(configPath, text);
    await using opened = await open({ configPath });
    const first = opened.news();
    await writeFile(configPath, `enable_mutations: true\n${text}`);
    assert.deepEqual(await first, ["needs a restart to take effect: enable_mutations"]);
    const second = opened.news();
    await writeFile(configPath, config(entry("a"), entry("b")));
    await opened.source.add({ id: "c", auth_method: "in_cluster" });
    assert.deepEqual(await second, ["added b"]);
    assert.deepEqual(opened.ids(), ["a", "b", "c"]);
  });

  describe("adding and removing a cluster", () => {
    const edge = {
      id: "edge",
      auth_method: "token",
      api_server_url: "https://edge.example",
      service_account_token: "secret-of-edge",
    };

    it("edits the configuration file, keeping what else is in it, and is in the fleet at once", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a"), "  # of the lab\n", entry("b")), { mode: 0o640 });
      await using opened = await open({ configPath });
      const { id, file, notes } = await opened.source.add({ ...edge, tls_config: { insecure: true } });
      assert.deepEqual([id, file], ["edge", configPath]);
      assert.match(notes.join(), /^edge: certificate verification is off/);
      assert.deepEqual(opened.ids(), ["a", "b", "edge"]);
      assert.ok((await readFile(configPath, "utf8")).startsWith(config(entry("a"), "  # of the lab\n", entry("b"))));
      assert.equal((await stat(configPath)).mode & 0o777, 0o640);
      await opened.source.remove("b");
      await opened.source.remove("edge");
      assert.deepEqual(opened.ids(), ["a"]);
      assert.equal(await readFile(configPath, "utf8"), config(entry("a")));
    });

    it("is not told as news by the watch that sees the file change", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      const news = opened.news();
      await opened.source.add(edge);
      await writeFile(configPath, config(entry("a"), entry("other")));
      assert.deepEqual(await news, ["added other", "removed edge"]);
    });

    it("keeps additions in a file of their own where there is no configuration, for the next start", async () => {
      const parent = await newFolder();
      const choice = { kubeconfigPath: join(parent, "config"), additionsPath: join(parent, "data", "clusters.yaml") };
      await writeFile(choice.kubeconfigPath, kubeconfig({ name: "a" }));
      {
        await using opened = await open(choice);
        assert.equal((await opened.source.add(edge)).file, choice.additionsPath);
        assert.deepEqual(opened.ids(), ["a", "edge"]);
      }
      assert.equal((await stat(choice.additionsPath)).mode & 0o777, 0o600);
      await using again = await open(choice);
      assert.deepEqual(again.ids(), ["a", "edge"]);
      assert.match(again.source.plan().source, /^1 context of .*config and 1 cluster of .*clusters\.yaml$/);
      await again.source.remove("edge");
      assert.deepEqual(again.ids(), ["a"]);
    });

    it("leaves a context out until the next start, and says how to be rid of it", async () => {
      const kubeconfigPath = join(await newFolder(), "config");
      const before = kubeconfig({ name: "a" }, { name: "b" });
      await writeFile(kubeconfigPath, before);
      await using opened = await open({ kubeconfigPath });
      const { file, notes } = await opened.source.remove("a");
      assert.equal(file, undefined);
      assert.deepEqual(notes, [
        `a is context a of ${kubeconfigPath}: it is left out until the next start; remove the context, or limit by --context`,
      ]);
      assert.equal(await readFile(kubeconfigPath, "utf8"), before);
      const news = opened.news();
      await writeFile(kubeconfigPath, kubeconfig({ name: "a", token: "another" }, { name: "b" }, { name: "c" }));
      await news;
      assert.deepEqual(opened.ids(), ["b", "c"]);
      await assert.rejects(opened.source.add({ ...edge, id: "a" }), /context a of .*, left out until the next start; /);
    });

    it("needs no kubeconfig where clusters were added", async () => {
      const parent = await newFolder();
      const additionsPath = join(parent, "clusters.yaml");
      await writeFile(additionsPath, config(entry("a")));
      await using opened = await open({ additionsPath });
      assert.deepEqual(opened.ids(), ["a"]);
    });

    it("refuses by name what has the id of a context, and settings in the file of additions", async () => {
      const parent = await newFolder();
      const choice = { kubeconfigPath: join(parent, "config"), additionsPath: join(parent, "clusters.yaml") };
      await writeFile(choice.kubeconfigPath, kubeconfig({ name: "a" }));
      await writeFile(choice.additionsPath, config(entry("a"), entry("b")));
      {
        await using opened = await open(choice);
        assert.deepEqual(opened.ids(), ["a", "b"]);
        assert.deepEqual(opened.source.plan().warnings, [
          `clusters.yaml:3 (token) is left out: its id "a" is that of context a of ${choice.kubeconfigPath}; give it another id`,
        ]);
      }
      {
        await writeFile(choice.additionsPath, config(entry("b"), entry("c")));
        await using opened = await open(choice);
        const news = opened.news();
        await writeFile(choice.kubeconfigPath, kubeconfig({ name: "a" }, { name: "c" }));
        assert.deepEqual(await news, [
          "connecting anew to c",
          "the order changed",
          `clusters.yaml:7 (token) is left out: its id "c" is that of context c of ${choice.kubeconfigPath}; give it another id`,
        ]);
      }
      await writeFile(choice.additionsPath, `worker_pool_size: 3\n${config(entry("b"))}`);
      await assert.rejects(open(choice), /clusters\.yaml:1:1: worker_pool_size: not in this file/);
    });

    it("changes nothing when it is refused, and tells no secret", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      const text = config(entry("a"));
      await writeFile(configPath, text);
      await using opened = await open({ configPath });
      const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
        [() => opened.source.add({ ...edge, id: "a" }), "HEDDLE_FLEET_CLUSTER_EXISTS"],
        [
          () => opened.source.add({ ...edge, qps: "secret-of-edge", service_account_token_file: "x" }),
          "HEDDLE_CONFIG_INVALID",
        ],
        [() => opened.source.remove("b"), "HEDDLE_FLEET_UNKNOWN_CLUSTER"],
        [() => opened.source.remove("a"), "HEDDLE_FLEET_LAST_CLUSTER"],
      ];
      for (const [work, code] of refusals) {
        await assert.rejects(work, (error) => {
          assert.ok(isHeddleError(error) && error.code === code, inspect(error));
          if (code !== "HEDDLE_CONFIG_INVALID") assert.doesNotMatch(inspect(error, { depth: 20 }), /secret-of/);
          return true;
        });
        assert.equal(await readFile(configPath, "utf8"), text);
        assert.deepEqual(opened.ids(), ["a"]);
      }
    });

    it("tells what is wrong with the file as it is, and does not touch it", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      await writeFile(configPath, "clusters: yes\n");
      await assert.rejects(
        opened.source.add(edge),
        /heddle\.yaml:1:11: clusters: found "yes", expected a list of clusters/,
      );
      await unlink(configPath);
      await assert.rejects(opened.source.add(edge), /heddle\.yaml/);
      await assert.rejects(stat(configPath), { code: "ENOENT" });
    });

    it("says where to keep it when there is no file for it", async () => {
      const kubeconfigPath = join(await newFolder(), "config");
      await writeFile(kubeconfigPath, kubeconfig({ name: "a" }));
      await using opened = await open({ kubeconfigPath });
      await assert.rejects(opened.source.add(edge), {
        code: "HEDDLE_FLEET_NO_FILE",
        message: "there is no file to keep edge in: start with --config FILE or --data DIR",
      });
    });

    it("loses none of many that are added at once", async () => {
      const configPath = join(await newFolder(), "heddle.yaml");
      await writeFile(configPath, config(entry("a")));
      await using opened = await open({ configPath });
      const many = Array.from({ length: 8 }, (_, index) => `c${index}`);
      await Promise.all(many.map((id) => opened.source.add({ ...edge, id })));
      assert.deepEqual(opened.ids(), ["a", ...many]);
    });
  });
});
