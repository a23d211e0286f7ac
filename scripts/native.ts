/**
 * npm run build's part for native/: dist/native/<architecture>/heddle-cni, static, for every architecture that a compiler is
 * there for. Without one the rest of the package is built all the same, and the agent says that its executable is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** By Node's names for them (process.arch). */
export type Architecture = "x64" | "arm64";

/** The compilers that are tried, best first. */
const compilers: Readonly<Record<Architecture, readonly string[]>> = {
  x64: ["x86_64-linux-gnu-gcc", "x86_64-linux-musl-gcc"],
  arm64: ["aarch64-linux-gnu-gcc", "aarch64-linux-musl-gcc"],
};

const sources = ["heddle-cni.c", "agent.c", "cni.c", "del-queue.c", "loopback.c", "probe.c", "settings.c"].map((name) =>
  join(root, "native", name),
);

const warnings = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion", "-Wformat=2", "-Wstrict-prototypes"];

const hardening = [
  "-O2",
  "-U_FORTIFY_SOURCE",
  "-D_FORTIFY_SOURCE=3",
  "-fstack-protector-strong",
  "-fstack-clash-protection",
  "-fPIE",
  "-static-pie",
  "-s",
  "-Wl,-z,relro,-z,now,-z,noexecstack",
];

/** For tests: what memory and arithmetic do wrong ends the process. */
const sanitizers = [
  "-g",
  "-O1",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
  "-fno-omit-frame-pointer",
];

const branchProtection: Readonly<Record<Architecture, string>> = {
  x64: "-fcf-protection=full",
  arm64: "-mbranch-protection=standard",
};

export type NativeOptions = Readonly<{
  outFile: string;
  architecture?: Architecture;
  sanitized?: boolean;
  /** Of the executable's frames; default: the source's own. */
  protocol?: number;
  /** How many DELs may wait for the agent; default: the source's own. */
  queueFiles?: number;
}>;

/** The compiler for an architecture, with a C library to link statically; undefined when there is none. */
export function findCompiler(architecture: Architecture): string | undefined {
  const own = architecture === process.arch ? ["cc", "gcc", "clang"] : [];
  return [...compilers[architecture], ...own].find(
    (name) => spawnSync(name, ["--version"]).status === 0 && hasLibrary(name),
  );
}

/** A cross compiler may come without one. */
function hasLibrary(compiler: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), "heddle-cc-"));
  const input = '#include <stdio.h>\nint main(void) { return puts(""); }\n';
  try {
    const args = ["-static-pie", "-fPIE", "-x", "c", "-o", join(folder, "out"), "-"];
    return spawnSync(compiler, args, { input }).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compiles the executable. Throws with the compiler's words; with none for the architecture, says so. */
export function buildNative({ outFile, architecture = ownArchitecture(), sanitized, ...source }: NativeOptions): void {
  const compiler = findCompiler(architecture);
  if (compiler === undefined)
    throw new Error(`no C compiler for ${architecture}: ${compilers[architecture].join(", ")}`);
  const flags = sanitized ? sanitizers : [...hardening, branchProtection[architecture]];
  const numbers = { HEDDLE_PROTOCOL: source.protocol, HEDDLE_QUEUE_FILES: source.queueFiles };
  const defines = [
    `-DHEDDLE_VERSION="${version()}"`,
    ...Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : [`-D${name}=${value}`])),
  ];
  const { status, stderr } = spawnSync(
    compiler,
    ["-std=gnu11", ...warnings, ...flags, ...defines, "-o", outFile, ...sources],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${compiler} could not compile heddle-cni:\n${stderr}`);
}

function ownArchitecture(): Architecture {
  if (process.arch === "x64" || process.arch === "arm64") return process.arch;
  throw new Error(`heddle-cni is built for x64 and arm64, not for ${process.arch}`);
}

/** Builds for each architecture that there is a compiler for, and tells what became of each. */
export function buildAllNative(outDir: string = join(root, "dist/native")): readonly string[] {
  return (["x64", "arm64"] as const).map((architecture) => {
    if (process.platform !== "linux" || findCompiler(architecture) === undefined)
      return `heddle-cni for ${architecture}: not built, there is no compiler and C library for it (${compilers[architecture].join(", ")})`;
    const outFile = join(outDir, architecture, "heddle-cni");
    mkdirSync(join(outDir, architecture), { recursive: true });
    // Aside: an agent may be installing the one that is there.
    buildNative({ outFile: `${outFile}.new`, architecture });
    renameSync(`${outFile}.new`, outFile);
    return `heddle-cni for ${architecture}: ${outFile}`;
  });
}

const version = (): string => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

if (import.meta.main) for (const line of buildAllNative()) process.stdout.write(`${line}\n`);
