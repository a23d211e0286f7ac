import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "../../src/base/index.ts";
import { cacheFolder } from "./folders.ts";
import { findGo } from "./go-toolchain.ts";
import { run } from "./process.ts";

/** A Go module of this repository (or commands that it requires), built once and kept in the cache. */
export type GoBinary = Readonly<{
  /** The cache entry's first word: "kube". */
  name: string;
  /** The folder with go.mod, go.sum and main.go. */
  module: string;
  /** Package to build → file name of the binary. */
  packages: Readonly<Record<string, string>>;
  /** File name → further names it is called by. */
  links?: Readonly<Record<string, readonly string[]>>;
  args: readonly string[];
  /** For the person who waits: "about 5 minutes". */
  takes: string;
}>;

/**
 * The folder of the built binaries. Built at the first call after go.mod, go.sum or main.go changed; concurrent callers,
 * other processes too, wait for one build. Rejects with a reason a person can act on when there is no Go.
 */
export async function buildGo(binary: GoBinary, onProgress: (what: string) => void = () => {}): Promise<string> {
  const folder = join(cacheFolder(), `${binary.name}-${await fingerprint(binary)}`);
  if (await exists(folder)) return folder;
  const go = await findGo();
  onProgress(`building ${binary.name} with ${go}, once (${binary.takes})`);
  await mkdir(cacheFolder(), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder(), `.${binary.name}-`));
  const lock = join(cacheFolder(), `.${binary.name}.lock`);
  try {
    // flock(1) holds the lock for as long as the build runs, however it ends. A waiter finds the folder there.
    for (const [path, file] of Object.entries(binary.packages)) {
      const target = join(temporary, file);
      const build = [go, "build", "-C", binary.module, "-trimpath", ...binary.args, "-o", target, path];
      const script = 'test -e "$0" || exec "$@"';
      await run([
        "flock",
        lock,
        "env",
        "CGO_ENABLED=0",
        "GOFLAGS=-buildvcs=false",
        "sh",
        "-c",
        script,
        folder,
        ...build,
      ]);
    }
    if (await exists(folder)) return folder;
    for (const [file, names] of Object.entries(binary.links ?? {}))
      await Promise.all(names.map((name) => symlink(file, join(temporary, name))));
    await publish(temporary, folder);
    return folder;
  } catch (cause) {
    throw new HeddleError(`cannot build ${binary.name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: "HEDDLE_TEST_BUILD_FAILED",
      cause,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Two that built at the same moment both have the same thing: the second's rename fails and does not matter. */
async function publish(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  }
}

async function fingerprint({ module, args }: GoBinary): Promise<string> {
  const hash = createHash("sha256").update(args.join("\n"));
  for (const file of ["go.mod", "go.sum", "main.go"])
    hash.update(await readFile(join(module, file)).catch(() => Buffer.alloc(0)));
  return hash.digest("hex").slice(0, 12);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
