import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { buildBundles, type BundleReport, publicDoors } from "../../scripts/bundle.ts";
import { newUser } from "../../src/main/testing/served.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const tool = (name: string): string => join(root, "node_modules/.bin", name);

describe("the package", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-package-"));
    await run("npm", ["pack", "--pack-destination", folder], { cwd: root });
    const [tarball] = await readdir(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`], { cwd: folder });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("holds no source, no test and no path of the machine that made it", async () => {
    const files = await readdir(join(folder, "node_modules/heddle"), { recursive: true });
    assert.deepEqual(
      files.filter(
        (file) => /\.test\.|(^|\/)(src|test|bench)\//.test(file) || (file.endsWith(".ts") && !file.endsWith(".d.ts")),
      ),
      [],
    );
    for (const file of files.filter((name) => /\.(js|d\.ts|json|md)$/.test(name))) {
      assert.ok(!(await readFile(join(folder, "node_modules/heddle", file), "utf8")).includes(root), file);
    }
  });

  it("lets every public door be imported", async () => {
    const script = publicDoors.map(
      (door) =>
        `const { ...${door} } = await import("heddle/${door}"); console.log("${door}", Object.keys(${door}).length > 0);`,
    );
    await writeFile(join(folder, "doors.js"), script.join("\n"));
    const { stdout } = await run(process.execPath, ["doors.js"], { cwd: folder });
    // model is vocabulary: it has values too (parseClusterId and its kin).
    assert.equal(stdout, publicDoors.map((door) => `${door} true\n`).join(""));
  });

  it("brings the types of every public door", async () => {
    const source = `import { createCluster, type Cluster } from "heddle/cluster";
import { type Reader, parseClusterId } from "heddle/model";
import { HeddleError } from "heddle/base";
import * as fleet from "heddle/fleet";
export const used: readonly unknown[] = [createCluster, parseClusterId("a"), HeddleError, fleet];
export type Wrong = Cluster["nothing"];
export type Right = [Cluster["objects"], Reader["list"]];
`;
    await writeFile(join(folder, "types.ts"), source);
    const options = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "esnext",
      skipLibCheck: false,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["types.ts"] }));
    const { stdout } = await run(process.execPath, [tool("tsc"), "-p", folder]).catch(
      (error: { stdout: string }) => error,
    );
    const errors = stdout.split("\n").filter((line) => line.includes("error"));
    assert.equal(errors.length, 1, stdout);
    assert.match(errors[0] ?? "", /types\.ts.*'nothing' does not exist/);
  });

  it("runs the command", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const { stdout } = await run(process.execPath, [join(folder, "node_modules/.bin/heddle"), "version"]);
    assert.match(stdout, new RegExp(`${version.replaceAll(".", "\\.")}`));
  });

  it("carries the console, and serves it as it was built", async (t) => {
    const user = newUser(t, {}, join(folder, "node_modules/heddle/bin/heddle"));
    const server = user.start(["serve", "--demo=clusters:1,pods:5", "--listen", "127.0.0.1:0"]);
    const [link = ""] = await server.shows(/http:\S+\?key=\S+/);
    const entered = await fetch(link);
    const cookie = entered.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    const { origin } = new URL(link);
    const page = await (await fetch(`${origin}/resources`, { headers: { cookie } })).text();
    const [, script = ""] = /<script type="module"[^>]* src="(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
    const asset = await fetch(origin + script, { headers: { cookie, "accept-encoding": "br" } });
    assert.deepEqual([asset.status, asset.headers.get("content-encoding")], [200, "br"], page);
    const built = join(folder, "node_modules/heddle/dist/web");
    assert.equal(await asset.text(), await readFile(join(built, script), "utf8"));
    assert.match(await readFile(join(built, "licenses.md"), "utf8"), /^## react - [^]*^## @fontsource/m);
    assert.equal((await server.stop("SIGINT")).code, 0);
  });
});

describe("the bundles", () => {
  let folder: string;
  let report: BundleReport;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-dist-"));
    report = await buildBundles(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("load what they seldom need when it is needed: a command that is no demo has no simulation", async () => {
    const early = await readFile(join(folder, "cli.js"), "utf8");
    assert.doesNotMatch(early, /^import .*sim-/m);
    const chunks = await readdir(join(folder, "chunks"));
    const serve = chunks.find((name) => /^serve-.*\.js$/.test(name)) ?? "";
    assert.ok(serve !== "" && chunks.some((name) => name.startsWith("sim-")), chunks.join(" "));
  });

  it("hold the areas that they need and no other", () => {
    assert.deepEqual(report, {
      cli: [
        "agent",
        "base",
        "catalog",
        "cli",
        "cluster",
        "events",
        "fleet",
        "inventory",
        "main",
        "model",
        "server",
        "sim",
      ],
      agent: ["agent", "base", "cli", "cluster", "main", "model"],
      "kernel-worker": ["agent", "base", "model"],
      "list-worker": ["inventory", "model"],
      base: ["base"],
      model: ["base", "model"],
      cluster: ["base", "cluster", "model"],
      fleet: ["base", "catalog", "cluster", "events", "fleet", "inventory", "main", "model"],
      events: ["events"],
      catalog: ["base", "catalog", "model"],
      inventory: ["base", "cluster", "events", "fleet", "inventory", "model"],
      server: ["base", "cluster", "events", "fleet", "inventory", "model", "server"],
      sim: ["base", "model", "sim"],
    });
  });
});
