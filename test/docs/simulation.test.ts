import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../..");
const doorOf = (name: string): string =>
  pathToFileURL(join(root, name === "fleet" ? "src/main/library/index.ts" : `src/${name}/index.ts`)).href;

describe("docs/simulation.md", () => {
  it("shows a program that runs", async (t) => {
    const page = await readFile(join(root, "docs/simulation.md"), "utf8");
    const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
    const folder = await mkdtemp(join(tmpdir(), "heddle-docs-"));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, "program.mts");
    await writeFile(
      file,
      program.replaceAll(/"heddle\/(\w+)"/g, (_, name: string) => `"${doorOf(name)}"`),
    );
    const env = { ...process.env, TMPDIR: folder };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 300_000 });
    assert.equal(stdout, "test web\n");
  });
});
