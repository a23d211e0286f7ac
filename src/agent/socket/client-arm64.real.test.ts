import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { buildAllNative, findCompiler } from "../../../scripts/native.ts";
import { findCommand, install, type Need } from "../../../test/install.ts";
import { testSize } from "../../../test/size.ts";
import { silentLogger, systemClock } from "../../base/index.ts";
import { callPlugin, installClient } from "./testing/client.ts";
import { createSocketServer } from "./server.ts";

const emulator = "qemu-aarch64-static";
const needs: readonly Need[] = [
  { command: "aarch64-linux-gnu-gcc", debianPackage: "gcc-aarch64-linux-gnu", why: "compiles heddle-cni for arm64" },
  {
    command: "/usr/aarch64-linux-gnu/lib/libc.a",
    isRead: true,
    debianPackage: "libc6-dev-arm64-cross",
    why: "is linked into heddle-cni for arm64",
  },
  { command: emulator, debianPackage: "qemu-user-static", why: "runs arm64's executables" },
];

/** 200 MB of packages are for the long tests only; where they are, the short ones use them. */
async function cannotRun(): Promise<string | undefined> {
  if (process.arch !== "x64" || process.platform !== "linux") return "the executable is run beside this one on x86-64";
  if (testSize === "full") return install(needs);
  if (findCompiler("arm64") !== undefined && (await findCommand(emulator)) !== undefined) return undefined;
  return `no compiler or no emulator for arm64; run: apt-get install ${needs.map((need) => need.debianPackage).join(" ")}`;
}

describe("heddle-cni for arm64", () => {
  it("is left out of the build, which says so, where its compiler or a C library for it is missing", async (t) => {
    if (process.platform !== "linux" || process.arch !== "x64") return t.skip("a build on x86-64");
    const folder = await mkdtemp(join(tmpdir(), "heddle-compiler-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = process.env["PATH"];
    t.after(() => (process.env["PATH"] = path));
    process.env["PATH"] = folder;
    const said = (): string | undefined => buildAllNative(join(folder, "out"))[1];
    assert.match(said() ?? "", /^heddle-cni for arm64: not built, there is no compiler and C library for it/);
    const compiler = '#!/bin/sh\n[ "$1" = --version ]\n';
    await writeFile(join(folder, "aarch64-linux-gnu-gcc"), compiler, { mode: 0o755 });
    assert.match(said() ?? "", /^heddle-cni for arm64: not built/);
  });

  it("passes on, answers by itself and queues as it does on x86-64", async (t) => {
    const why = await cannotRun();
    if (why !== undefined) return t.skip(why);
    await using installed = await installClient({ architecture: "arm64" });
    const machine = (await readFile(installed.executable)).readUInt16LE(18);
    assert.equal(machine, 183, "EM_AARCH64 in the ELF header");
    const runner = join(installed.folder, "run");
    await writeFile(runner, `#!/bin/sh\nexec ${emulator} ${installed.executable}\n`, { mode: 0o755 });
    const call = (verb: string, input: string) =>
      callPlugin(runner, {
        environment: {
          PATH: process.env["PATH"] ?? "",
          CNI_COMMAND: verb,
          CNI_CONTAINERID: "4f3c",
          CNI_IFNAME: "eth0",
        },
        input,
      });

    const version = await call("VERSION", '{"cniVersion":"0.4.0"}');
    assert.deepEqual([version.status, JSON.parse(version.output).cniVersion], [0, "0.4.0"]);
    const down = await call("ADD", '{"cniVersion":"1.0.0","name":"heddle"}');
    assert.deepEqual([down.status, JSON.parse(down.output).code], [1, 11]);
    assert.deepEqual(await call("DEL", '{"cniVersion":"1.0.0","name":"heddle"}'), {
      status: 0,
      output: "",
      errors: "",
    });
    const queued = (await readdir(installed.queue)).filter((name) => name.endsWith(".del"));
    assert.equal(queued.length, 1);

    const deps = {
      clock: systemClock,
      logger: silentLogger,
      answer: async ({ containerId, input }: Readonly<{ containerId?: string; input: string }>) => ({
        status: 7,
        output: `${containerId} ${input}`,
      }),
    };
    await using _server = await createSocketServer(deps, { path: installed.socket });
    assert.deepEqual(await call("ADD", '{"é":1}'), { status: 7, output: '4f3c {"é":1}', errors: "" });
  });
});
