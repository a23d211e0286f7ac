import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative, findCompiler, type NativeOptions } from "../../../../scripts/native.ts";
import { install, type Need } from "../../../../test/install.ts";

const compiler: Need = { command: "gcc", debianPackage: "gcc", why: "compiles native/heddle-cni.c" };

/** Undefined when the executable can be built here, else why not. */
export async function cannotBuildClient(): Promise<string | undefined> {
  if (process.platform !== "linux") return "heddle-cni is built on Linux";
  if (process.arch !== "x64" && process.arch !== "arm64") return `heddle-cni is not built for ${process.arch}`;
  return findCompiler(process.arch) === undefined ? install([compiler]) : undefined;
}

/** The compiled executable; built once for the same sources and options. */
export function builtClient(options: Omit<NativeOptions, "outFile"> = {}): string {
  const native = join(import.meta.dirname, "../../../../native");
  const hash = createHash("sha256").update(JSON.stringify(options));
  const build = join(import.meta.dirname, "../../../../scripts/native.ts");
  for (const file of [build, ...readdirSync(native).map((name) => join(native, name))]) hash.update(readFileSync(file));
  const folder = join(tmpdir(), `heddle-native-${process.getuid?.() ?? 0}`);
  const outFile = join(folder, hash.digest("hex").slice(0, 16));
  if (existsSync(outFile)) return outFile;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${outFile}.${process.pid}`;
  buildNative({ ...options, outFile: temporary });
  renameSync(temporary, outFile);
  return outFile;
}

/** What the executable said, and how it ended. `output` is its standard output as it is. */
export type ClientOutcome = Readonly<{ status: number | null; output: string; errors: string }>;

/** The executable as it is installed: in a folder of its own, with its configuration. */
export type Installed = AsyncDisposable &
  Readonly<{
    folder: string;
    /** What it is called by: "heddle-cni", or another plugin's name. */
    executable: string;
    socket: string;
    queue: string;
    call(environment: Readonly<Record<string, string>>, input: string | Uint8Array): Promise<ClientOutcome>;
  }>;

export type InstallOptions = Omit<NativeOptions, "outFile"> & Readonly<{ timeLimitMs?: number; settings?: string }>;

/** Takes its folder away at the end. */
export async function installClient({
  timeLimitMs = 10_000,
  settings = "",
  ...options
}: InstallOptions = {}): Promise<Installed> {
  const built = builtClient(options);
  const folder = await mkdtemp(join(tmpdir(), "heddle-cni-"));
  const [executable, socket, queue] = [
    join(folder, "heddle-cni"),
    join(folder, "agent.sock"),
    join(folder, "data/queue"),
  ];
  await mkdir(join(folder, "data"));
  await copyFile(built, executable);
  await writeFile(
    join(folder, "heddle-cni.conf"),
    `# where the agent is\nsocket=${socket}\nqueue=${queue}\ntime_limit_ms=${timeLimitMs}\n${settings}`,
    { mode: 0o644 },
  );
  return {
    folder,
    executable,
    socket,
    queue,
    call: (environment, input) => callPlugin(executable, { environment, input }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

type PluginCall = Readonly<{
  environment: Readonly<Record<string, string>>;
  input: string | Uint8Array;
  args?: readonly string[];
}>;

/** Runs a plugin as a container runtime does. */
export async function callPlugin(path: string, { environment, input, args = [] }: PluginCall): Promise<ClientOutcome> {
  const child = spawn(path, args, { env: { ...environment }, stdio: ["pipe", "pipe", "pipe"] });
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // One that answers before it has read everything is no failure of the test.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  const status = await promise;
  return { status, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() };
}
