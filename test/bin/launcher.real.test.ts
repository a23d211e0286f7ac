import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, copyFile, cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");

/** Stands for src/main/cli.ts and dist/cli.js: tells what runs it, and ends as its arguments say. */
const command = (from: string): string => `
export async function main([verb, value]) {
  if (verb === "end") return Number(value);
  if (verb === "die") process.kill(process.pid, value);
  if (verb === "wait") {
    const signal = await new Promise((resolve) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, resolve);
      setTimeout(resolve, 120_000, "no signal");
      console.log("waiting");
    });
    console.log(signal);
    process.exit(5);
  }
  const { execPath, execArgv, argv } = process;
  const arenas = process.env.MALLOC_ARENA_MAX;
  console.log(JSON.stringify({ from: "${from}", pid: process.pid, execPath, execArgv, arenas, args: argv.slice(2) }));
  return 0;
}
`;

type Ran = Readonly<{ code: number | null; stdout: string; stderr: string }>;
type RunOptions = Readonly<{ args?: readonly string[]; env?: NodeJS.ProcessEnv; nodeArgs?: readonly string[] }>;

/** A folder laid out as a checkout or a package around the real bin/heddle. */
type Layout = Readonly<{
  folder: string;
  start(options: RunOptions): ChildProcessByStdio<null, Readable, Readable>;
  run(options?: RunOptions): Promise<Ran>;
}>;

function layoutAt(folder: string): Layout {
  const start: Layout["start"] = ({ args = [], env = {}, nodeArgs = [] }) => {
    const { HEDDLE_BUNDLE: _, ...inherited } = process.env;
    return spawn(process.execPath, [...nodeArgs, join(folder, "bin/heddle"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...inherited, ...env },
    });
  };
  return {
    folder,
    start,
    async run(options = {}) {
      const child = start(options);
      const ended = once(child, "close");
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: (await ended)[0], stdout, stderr };
    },
  };
}

describe("bin/heddle", () => {
  let folder: string;
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "heddle-bin-")));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  let counter = 0;
  async function layOut(parts: Readonly<{ source?: boolean; bundle?: boolean; pinned?: boolean }>): Promise<Layout> {
    const at = join(folder, `layout-${(counter += 1)}`);
    await cp(join(root, "bin"), join(at, "bin"), { recursive: true });
    await writeFile(join(at, "package.json"), JSON.stringify({ type: "module" }));
    const put = async (path: string, from: string): Promise<void> => {
      await mkdir(join(at, path, ".."), { recursive: true });
      await writeFile(join(at, path), command(from));
    };
    if (parts.source) await put("src/main/cli.ts", "source");
    if (parts.bundle) await put("dist/cli.js", "bundle");
    if (parts.pinned) {
      await mkdir(join(at, "node_modules/node/bin"), { recursive: true });
      await copyFile(process.execPath, join(at, "node_modules/node/bin/node"), constants.COPYFILE_FICLONE);
    }
    return layoutAt(at);
  }

  // What a Node of that version is to the launcher, without having one.
  const asNode20 = [
    "--import",
    `data:text/javascript,${encodeURIComponent(`
      Object.defineProperty(process, "version", { value: "v20.11.1" });
      Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.11.1" } });
    `)}`,
  ];

  it("runs a checkout's source with the Node at hand when that is new enough, arguments as they are", async () => {
    const checkout = await layOut({ source: true });
    const { code, stdout, stderr } = await checkout.run({ args: ["get", "a b", "--", "-x", ""] });
    assert.deepEqual([code, stderr], [0, ""]);
    const { from, execPath, args } = JSON.parse(stdout);
    assert.deepEqual([from, execPath, args], ["source", process.execPath, ["get", "a b", "--", "-x", ""]]);
  });

  it("prefers the pinned Node to the one at hand, old or new, and gives it a larger young heap, a server a small one", async () => {
    const checkout = await layOut({ source: true, pinned: true });
    for (const nodeArgs of [[], asNode20]) {
      const { code, stdout, stderr } = await checkout.run({ args: ["get", "a b"], nodeArgs });
      assert.deepEqual([code, stderr], [0, ""]);
      const { execPath, execArgv, args } = JSON.parse(stdout);
      assert.equal(execPath, join(checkout.folder, "node_modules/node/bin/node"));
      assert.deepEqual(args, ["get", "a b"]);
      assert.ok(execArgv.includes("--max-semi-space-size=64"), execArgv.join(" "));
    }
    const { stdout } = await checkout.run({ args: ["serve"] });
    const { execArgv } = JSON.parse(stdout);
    assert.ok(execArgv.includes("--max-semi-space-size=8"), execArgv.join(" "));
  });

  it("refuses an old Node in words, with the way out of a checkout and of a package", async () => {
    const checkout = await (await layOut({ source: true })).run({ nodeArgs: asNode20 });
    assert.deepEqual(checkout, {
      code: 1,
      stdout: "",
      stderr:
        "heddle needs Node 24 or later; this is v20.11.1.\nRun `npm install` in the checkout: it brings the pinned Node.\n",
    });
    const installed = await (await layOut({ bundle: true })).run({ nodeArgs: asNode20 });
    assert.deepEqual([installed.code, installed.stdout], [1, ""]);
    assert.match(installed.stderr, /this is v20\.11\.1\.\nInstall a newer Node, or put one first on the PATH\.\n$/);
  });

  it("runs the bundle of a package, and that of a checkout with HEDDLE_BUNDLE=1", async () => {
    const { stdout } = await (await layOut({ bundle: true })).run();
    assert.equal(JSON.parse(stdout).from, "bundle");
    const checkout = await layOut({ source: true, bundle: true });
    assert.equal(JSON.parse((await checkout.run()).stdout).from, "source");
    assert.equal(JSON.parse((await checkout.run({ env: { HEDDLE_BUNDLE: "1" } })).stdout).from, "bundle");
    assert.equal(JSON.parse((await checkout.run({ env: { HEDDLE_BUNDLE: "0" } })).stdout).from, "source");
  });

  it("becomes the agent: one process, from its own bundle, small in memory; its questions are asked as other commands", async () => {
    const checkout = await layOut({ source: true, bundle: true, pinned: true });
    await writeFile(join(checkout.folder, "dist/agent.js"), command("agent's bundle"));
    const env = { HEDDLE_BUNDLE: "1" };
    for (const nodeArgs of [[], asNode20]) {
      const child = checkout.start({ args: ["agent", "--node", "a b"], env, nodeArgs });
      const { from, pid, execPath, execArgv, arenas, args } = JSON.parse(await text(child.stdout));
      assert.deepEqual([from, pid, args, arenas], ["agent's bundle", child.pid, ["agent", "--node", "a b"], "1"]);
      assert.equal(execPath, join(checkout.folder, "node_modules/node/bin/node"));
      assert.ok(execArgv.includes("--max-semi-space-size=1") && execArgv.includes("--expose-gc"), execArgv.join(" "));
    }
    const status = checkout.start({ args: ["agent", "status"], env });
    assert.notEqual(JSON.parse(await text(status.stdout)).pid, status.pid);
    const unpinned = await layOut({ source: true });
    const child = unpinned.start({ args: ["agent"] });
    const { from, pid, execArgv } = JSON.parse(await text(child.stdout));
    assert.deepEqual([from, pid, execArgv.includes("--expose-gc")], ["source", child.pid, true]);
  });

  it("says how to get a bundle that is missing", async () => {
    const checkout = await layOut({ source: true });
    const { code, stdout, stderr } = await checkout.run({ env: { HEDDLE_BUNDLE: "1" } });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(stderr, `${join(checkout.folder, "dist/cli.js")} is missing: run \`npm run build\` first.\n`);
  });

  it("says so when the pinned Node does not start", async () => {
    const checkout = await layOut({ source: true });
    const broken = join(checkout.folder, "node_modules/node/bin/node");
    await mkdir(join(broken, ".."), { recursive: true });
    await writeFile(broken, "", { mode: 0o644 });
    const { code, stderr } = await checkout.run();
    assert.equal(code, 1);
    assert.equal(stderr, `cannot start ${broken}: spawn ${broken} EACCES\n`);
  });

  for (const pinned of [false, true]) {
    describe(pinned ? "with the pinned Node in between" : "with the Node at hand", () => {
      it("ends with the command's exit code", async () => {
        const checkout = await layOut({ source: true, pinned });
        for (const code of [0, 1, 2, 130])
          assert.equal((await checkout.run({ args: ["end", String(code)] })).code, code);
      });

      it("hands signals to the command, and waits for what it says and does about them", async () => {
        const checkout = await layOut({ source: true, pinned });
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
          const child = checkout.start({ args: ["wait"] });
          const ended = once(child, "close");
          let said = "";
          for await (const chunk of child.stdout) {
            said += String(chunk);
            if (said === "waiting\n") child.kill(signal);
          }
          assert.equal(said, `waiting\n${signal}\n`);
          assert.deepEqual(await ended, [5, null], signal);
        }
      });
    });
  }

  it("ends with 128 and the signal's number when the pinned Node was killed", async () => {
    const checkout = await layOut({ source: true, pinned: true });
    assert.equal((await checkout.run({ args: ["die", "SIGKILL"] })).code, 137);
    assert.equal((await checkout.run({ args: ["die", "SIGTERM"] })).code, 143);
  });
});
