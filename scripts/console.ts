/** Builds the console: web/ by Vite into dist/web, each asset with its compressed forms beside it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const root = join(import.meta.dirname, "..");
const web = join(root, "web");

/**
 * Fails with what Vite said; what was built before then stays. Put in its place when it is whole: a server that runs goes
 * on with the old one until then, and two builds at a time do not mix.
 */
export async function buildConsole(outDir: string = join(root, "dist/web")): Promise<void> {
  const workshop = join(root, `node_modules/.cache/heddle-console-${process.pid}`);
  const former = `${workshop}-former`;
  try {
    await runVite(["build", "--outDir", workshop, "--emptyOutDir", "--logLevel", "warn"]);
    await Promise.all([compressAll(join(workshop, "assets")), addFontLicenses(join(workshop, "licenses.md"))]);
    await mkdir(dirname(outDir), { recursive: true });
    // Moved away and not removed: it is gone for a moment only.
    await rename(outDir, former).catch((error: unknown) => {
      if (existsSync(outDir)) throw error;
    });
    await rename(workshop, outDir);
  } finally {
    for (const folder of [workshop, former]) await rm(folder, { recursive: true, force: true });
  }
}

async function runVite(args: readonly string[]): Promise<void> {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const env = { ...process.env, NODE_ENV: "production" };
  const child = spawn(process.execPath, [vite, ...args], { cwd: web, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`the console could not be built:\n${complained || said}`);
}

/** Vite tells the licences of scripts; fonts, which lie in the build as they are, have theirs too. */
async function addFontLicenses(path: string): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile(join(web, "package.json"), "utf8")) as {
    devDependencies: Readonly<Record<string, string>>;
  };
  const fonts = Object.entries(devDependencies).filter(([name]) => name.startsWith("@fontsource"));
  for (const [name, version] of fonts) {
    const license = await readFile(join(root, "node_modules", name, "LICENSE"), "utf8");
    await appendFile(path, `\n## ${name} - ${version}\n\n${license.trim()}\n`);
  }
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** What is compressed already, or so small that it does not matter, stays alone. */
const leastBytes = 1_024;

async function compressAll(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(js|css|svg|json|txt)$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const whole = await readFile(path);
      if (whole.length < leastBytes) return;
      const size = { [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
      const [small, common] = await Promise.all([brotli(whole, { params: size }), zip(whole, { level: 9 })]);
      await Promise.all([writeFile(`${path}.br`, small), writeFile(`${path}.gz`, common)]);
    }),
  );
}

if (import.meta.main) await buildConsole();
