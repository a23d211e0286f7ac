/**
 * npm run build: dist/cli.js and dist/agent.js with their chunks, dist/kernel-worker.js, dist/list-worker.js,
 * dist/lib/<area>.js for each public door, declarations beside them, and the console in dist/web.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { buildConsole } from "./console.ts";
import { buildAllNative } from "./native.ts";

const root = join(import.meta.dirname, "..");

/** Which areas each bundle holds, by its entry's file name; chunks that it loads later are counted too. */
export type BundleReport = Readonly<Record<string, readonly string[]>>;

/** The areas that are importable as `heddle/<area>`. */
export const publicDoors: readonly string[] = Object.keys(packageJson().exports)
  .filter((key) => key !== "./package.json")
  .map((key) => key.slice(2));

/** A library's fleet is a live one, composed of many areas: what only main may do. */
const doorOf = (area: string): string => (area === "fleet" ? "src/main/library/index.ts" : `src/${area}/index.ts`);

/** Built apart, and maybe in use. */
const builtApart = new Set(["web", "native"]);

/** Writes dist/ anew, all but the console and what is native, and tells what each bundle holds. */
export async function buildBundles(outDir: string = join(root, "dist")): Promise<BundleReport> {
  for (const name of existsSync(outDir) ? readdirSync(outDir) : [])
    if (!builtApart.has(name)) rmSync(join(outDir, name), { recursive: true, force: true });
  const cli = await bundle({ cli: "src/main/cli.ts" }, { dir: outDir, external: native });
  const agent = await bundleAgent(outDir);
  const doors = Object.fromEntries(publicDoors.map((area) => [area, doorOf(area)]));
  const lib = await bundle(doors, { dir: join(outDir, "lib"), external: Object.keys(packageJson().dependencies) });
  return { ...cli, ...agent, ...lib, ...(await bundleListWorker(outDir)) };
}

/** The thread that takes first lists in, beside each bundle that may start it. */
async function bundleListWorker(outDir: string): Promise<BundleReport> {
  const input = { "list-worker": "src/inventory/intake/list-worker.ts" };
  await bundle(input, { dir: join(outDir, "lib"), external: native });
  return bundle(input, { dir: outDir, external: native });
}

/** What runs on a node: the agent, and the thread of its own that speaks to the kernel, each in as little as it needs. */
export async function bundleAgent(outDir: string = join(root, "dist")): Promise<BundleReport> {
  const options: BundleOptions = { dir: outDir, external: native, small: true };
  const agent = await bundle({ agent: "src/main/agent-cli.ts" }, options);
  const worker = await bundle({ "kernel-worker": "src/agent/kernel/worker.ts" }, options);
  return { ...agent, ...worker };
}

/** It finds its binary by where it lies. */
const native: readonly string[] = ["koffi"];

type BundleOptions = Readonly<{
  dir: string;
  external: readonly string[];
  /** V8 keeps the source's text in memory, at two bytes a character where one of them is beyond Latin-1. */
  small?: boolean;
}>;

async function bundle(
  input: Readonly<Record<string, string>>,
  { dir, external, small = false }: BundleOptions,
): Promise<BundleReport> {
  const isExternal = (id: string): boolean => external.some((name) => id === name || id.startsWith(`${name}/`));
  await using build = await rolldown({
    input,
    cwd: root,
    platform: "node",
    external: (id) => id.startsWith("node:") || isExternal(id),
    plugins: [builtinModules, ...(small ? [latin1] : [])],
    // What a command loads late, a library's door loads at once.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.write({
    dir,
    format: "esm",
    sourcemap: false,
    minify: small && { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    chunkFileNames: "chunks/[name]-[hash].js",
    banner: commonJsRequire,
  });
  const chunks = new Map(output.filter((item) => item.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const entries = [...chunks.values()].filter((chunk) => chunk.isEntry);
  return Object.fromEntries(entries.map((entry) => [entry.name, areasOf(entry, chunks)]));
}

/**
 * Node's own modules by process.getBuiltinModule: `import { request } from "node:http"` makes Node read every export of
 * the module, which loads its internal undici and takes 40 ms of a command's start.
 */
const builtinModules: Plugin = {
  name: "builtin-modules",
  renderChunk: (code) =>
    code.replaceAll(/^import ([^"';]+) from "(node:[^"]+)";$/gm, (_, names: string, id: string) => {
      const found = `globalThis.process.getBuiltinModule("${id}")`;
      const [, named] = /\{([^}]*)\}/.exec(names) ?? [];
      const whole = names
        .replace(/\{[^}]*\}/, "")
        .replace("* as", "")
        .replaceAll(/[\s,]/g, "");
      return [
        ...(whole === "" ? [] : [`const ${whole} = ${found};`]),
        ...(named === undefined ? [] : [`const {${named.replaceAll(" as ", ": ")}} = ${found};`]),
      ].join(" ");
    }),
};

const latin1: Plugin = {
  name: "latin-1",
  generateBundle(_, output) {
    for (const item of Object.values(output))
      if (item.type === "chunk")
        item.code = item.code.replaceAll(
          /[^\0-\xff]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
  },
};

/** CommonJS dependencies that are bundled ask for Node's own modules by require. */
const commonJsRequire =
  'const require = globalThis.process.getBuiltinModule("node:module").createRequire(import.meta.url);';

function areasOf(entry: OutputChunk, chunks: ReadonlyMap<string, OutputChunk>): readonly string[] {
  const seen = new Set<string>();
  const areas = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.get(name);
    if (chunk === undefined || seen.has(name)) return;
    seen.add(name);
    for (const id of chunk.moduleIds) {
      const area = /^src\/([^/]+)\//.exec(relative(root, id).replaceAll("\\", "/"))?.[1];
      if (area !== undefined) areas.add(area);
    }
    [...chunk.imports, ...chunk.dynamicImports].forEach(visit);
  };
  visit(entry.fileName);
  return [...areas].sort();
}

/** One declaration file a source file: the doors' types are the source's own. */
export function buildDeclarations(outDir: string = join(root, "dist/types")): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, "node_modules/.bin/tsc"), "-p", join(root, "tsconfig.types.json"), "--outDir", outDir],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`declarations could not be written:\n${stdout}`);
}

function packageJson(): { exports: Record<string, unknown>; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}

if (import.meta.main) {
  const report = await buildBundles();
  if (!process.argv.includes("--no-declarations")) buildDeclarations();
  await buildConsole();
  for (const [name, areas] of Object.entries(report)) process.stdout.write(`${name}: ${areas.join(", ")}\n`);
  for (const line of buildAllNative()) process.stdout.write(`${line}\n`);
}
