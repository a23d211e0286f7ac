import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCompiler } from "../../../scripts/native.ts";

/** One of this folder's C programs, compiled once for the same source; its path. */
export function compiled(name: "runtime" | "stream"): string {
  const source = join(import.meta.dirname, `${name}.c`);
  const folder = join(tmpdir(), `heddle-bench-${process.getuid?.() ?? 0}`);
  const digest = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 16);
  const outFile = join(folder, `${name}-${digest}`);
  if (existsSync(outFile)) return outFile;
  const compiler = findCompiler(process.arch === "arm64" ? "arm64" : "x64");
  if (compiler === undefined) throw new Error("no C compiler: apt-get install gcc");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${outFile}.${process.pid}`;
  const { status, stderr } = spawnSync(compiler, ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", temporary, source], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${compiler} could not compile ${name}.c:\n${stderr}`);
  renameSync(temporary, outFile);
  return outFile;
}
