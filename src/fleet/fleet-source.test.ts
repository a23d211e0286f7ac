import assert from "node:assert/strict";
import { mkdir, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  config,
  type ContextLine,
  createFolders,
  entry,
  kubeconfig,
  openSource as open,
} from "./testing/open-source.ts";

const { make: newFolder, remove } = createFolders();

describe("createFleetSource", () => {
  after(remove);

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
});
