/**
 * node scripts/agent-image.ts [FOLDER]: the root file system of deploy/agent/Containerfile as rootfs.tar, and the image as
 * heddle-agent.tar (docker-archive), from what `npm run build` made and this machine's nft. Default folder: dist/image.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dockerArchive, type ImageConfig } from "./docker-archive.ts";
import { tarOf, type TarEntry } from "./tar.ts";

const root = join(import.meta.dirname, "..");

export type PackOptions = Readonly<{
  /** The folder with what `npm run build` made. */
  dist?: string;
  tag?: string;
}>;

/** Both archives. Throws with what to do when something that belongs in the image is not there. */
export function packAgentImage(options: PackOptions = {}): Readonly<{ rootfs: Buffer; image: Buffer; tag: string }> {
  const { dist = join(root, "dist"), tag = agentImageTag() } = options;
  const rootfs = tarOf(withFolders(filesOf(dist)));
  return { rootfs, image: dockerArchive(rootfs, [{ tag, config: containerConfig() }]), tag };
}

/** As deploy/agent/daemonset.yaml names it. */
export const agentImageTag = (): string => `heddle-agent:${version()}`;

const version = (): string => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

/** What the Containerfile says besides its files. */
function containerConfig(): ImageConfig {
  const lines = readFileSync(join(root, "deploy/agent/Containerfile"), "utf8").split("\n");
  const after = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return {
    Env: after("ENV"),
    WorkingDir: after("WORKDIR")[0] ?? "/",
    Entrypoint: JSON.parse(after("ENTRYPOINT")[0] ?? "[]"),
  };
}

type File = Readonly<{ at: string; from: string; mode?: number }>;

function filesOf(dist: string): readonly TarEntry[] {
  const nft = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"].find((path) => existsSync(path));
  if (nft === undefined) throw new Error("nft is missing: apt-get install nftables");
  const koffi = koffiFiles();
  const executables: readonly File[] = [
    { at: "bin/node", from: process.execPath, mode: 0o755 },
    { at: "usr/sbin/nft", from: nft, mode: 0o755 },
    {
      at: `heddle/dist/native/${process.arch}/heddle-cni`,
      from: join(dist, "native", process.arch, "heddle-cni"),
      mode: 0o755,
    },
  ];
  const bundles = ["agent.js", "kernel-worker.js", ...chunksOf(dist)];
  const all: readonly File[] = [
    ...executables,
    ...koffi,
    ...bundles.map((name) => ({ at: `heddle/dist/${name}`, from: join(dist, name) })),
    { at: "heddle/bin/heddle", from: join(root, "bin/heddle"), mode: 0o755 },
    { at: "heddle/LICENSE", from: join(root, "LICENSE") },
    ...librariesOf([process.execPath, nft, ...koffi.map(({ from }) => from).filter((from) => from.endsWith(".node"))]),
  ];
  return [
    ...all.map(({ at, from, mode }): TarEntry => ({ name: at, content: read(from), ...(mode && { mode }) })),
    {
      name: "heddle/package.json",
      content: Buffer.from(JSON.stringify({ name: "heddle", version: version(), type: "module" })),
    },
    // For probes, which must not depend on the machine.
    { name: "bin/heddle-cni", content: { linkTo: `../heddle/dist/native/${process.arch}/heddle-cni` } },
    { name: "etc/passwd", content: Buffer.from("root:x:0:0:root:/:/\n") },
    // Where runtimes keep namespaces goes by both names.
    { name: "var/run", content: { linkTo: "../run" } },
    ...["run/", "tmp/", "proc/", "sys/", "dev/"].map((name): TarEntry => ({ name, content: "folder" })),
  ];
}

function read(path: string): Buffer {
  if (existsSync(path)) return readFileSync(path);
  throw new Error(`${path} is missing: run \`npm run build\` first`);
}

/** Those that the agent's bundle asks for, and those that they ask for. */
function chunksOf(dist: string): readonly string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    const text = read(join(dist, file)).toString("latin1");
    for (const [, name = ""] of text.matchAll(/["'`]\.\/(?:chunks\/)?([\w-]+\.js)["'`]/g)) add(name);
  };
  const add = (name: string): void => {
    if (name === "" || found.has(name) || !existsSync(join(dist, "chunks", name))) return;
    found.add(name);
    visit(`chunks/${name}`);
  };
  ["agent.js", "kernel-worker.js"].forEach(visit);
  return [...found].map((name) => `chunks/${name}`);
}

/** The package's script and its binary for this machine, of GNU's C library as Node is. */
function koffiFiles(): readonly File[] {
  const binary = `@koromix/koffi-linux-${process.arch}`;
  const within = (name: string, only: (file: string) => boolean): readonly File[] =>
    readdirSync(join(root, "node_modules", name), { recursive: true, encoding: "utf8" })
      .filter(only)
      .map((file) => ({ at: `heddle/node_modules/${name}/${file}`, from: join(root, "node_modules", name, file) }));
  return [
    ...within("koffi", (file) => /^(src\/koffi\/(src\/)?)?[\w-]+\.(c?js|json)$/.test(file) && file !== "cnoke.cjs"),
    ...within(binary, (file) => /^[\w-]+\.(c?js|json)$/.test(file) || file === `linux_${process.arch}/koffi.node`),
  ];
}

/** What the dynamic linker loads for them, the linker itself included, by the names that they are asked for by. */
function librariesOf(binaries: readonly string[]): readonly File[] {
  const paths = binaries.flatMap((binary) =>
    [...execFileSync("ldd", [realpathSync(binary)], { encoding: "utf8" }).matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(
      ([, path = ""]) => path,
    ),
  );
  return [...new Set(paths)].map((path) => ({ at: path.slice(1), from: realpathSync(path), mode: 0o755 }));
}

/** Every folder once, before what is in it. */
function withFolders(entries: readonly TarEntry[]): readonly TarEntry[] {
  const folders = new Set<string>();
  for (const { name } of entries) {
    const parts = name.split("/").slice(0, -1);
    parts.forEach((_, index) => folders.add(`${parts.slice(0, index + 1).join("/")}/`));
  }
  const given = new Set(entries.map(({ name }) => name));
  const missing = [...folders].filter((name) => !given.has(name)).toSorted();
  return [...missing.map((name): TarEntry => ({ name, content: "folder" })), ...entries];
}

if (import.meta.main) {
  const folder = process.argv[2] ?? join(root, "dist/image");
  mkdirSync(folder, { recursive: true });
  const { rootfs, image, tag } = packAgentImage();
  writeFileSync(join(folder, "rootfs.tar"), rootfs);
  writeFileSync(join(folder, "heddle-agent.tar"), image);
  process.stdout.write(`${tag}: ${join(folder, "heddle-agent.tar")}, ${Math.round(image.length / 2 ** 20)} MiB\n`);
}
