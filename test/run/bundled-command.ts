import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundles } from "../../scripts/bundle.ts";
import { commandVariable } from "../command.ts";

const root = join(import.meta.dirname, "../..");

/**
 * Lays the command out as a package has it, in a folder of this run's own: dist/ of the checkout is written anew by tests
 * of the package. Told to processes that are started afterwards by HEDDLE_TEST_COMMAND; taken away by disposing.
 */
export async function bundleCommand(): Promise<AsyncDisposable> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-command-"));
  made.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "bin"));
  for (const name of ["package.json", "bin/heddle"]) await copyFile(join(root, name), join(folder, name));
  await buildBundles(join(folder, "dist"));
  for (const name of ["node_modules", "dist/web", "dist/native"]) await symlink(join(root, name), join(folder, name));
  process.env[commandVariable] = join(folder, "bin/heddle");
  made.defer(() => void delete process.env[commandVariable]);
  return made.move();
}
