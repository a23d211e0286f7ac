import assert from "node:assert/strict";
import { readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { inspect } from "node:util";
import { isHeddleError } from "../base/index.ts";
import { config, createFolders, entry, kubeconfig, openSource as open } from "./testing/open-source.ts";

const { make: newFolder, remove } = createFolders();

describe("adding and removing a cluster of a running fleet", () => {
  after(remove);

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

  it("says at once that the way in which was given cannot be read", async () => {
    const folder = await newFolder();
    const configPath = join(folder, "heddle.yaml");
    await writeFile(configPath, config(entry("a")));
    await using opened = await open({ configPath });
    const kubeconfig_path = join(folder, "nowhere");
    const { notes } = await opened.source.add({ id: "edge", auth_method: "kubeconfig", kubeconfig_path });
    assert.match(notes.join("\n"), /^edge: cannot be reached as it is written down: .*nowhere/);
    assert.deepEqual(opened.ids(), ["a", "edge"]);
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
