// Whether the console's build is as young as its sources. Runs on Node 20 or later.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./pinned-node.mjs";

// What it is built of, besides its packages, which package-lock.json stands for.
const sources = [
  "web/src",
  "web/public",
  "web/index.html",
  "web/vite.config.ts",
  "web/package.json",
  "package-lock.json",
];

/** Whether dist/web is there and younger than everything that it is built of. */
export function consoleIsCurrent() {
  const built = timeOf(`${root}dist/web/index.html`);
  return built !== undefined && sources.every((source) => youngestIn(`${root}${source}`) <= built);
}

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** A folder counts by itself too: a file that was removed changes it. */
function youngestIn(path) {
  const own = timeOf(path);
  if (own === undefined) return 0;
  if (!statSync(path).isDirectory()) return own;
  return readdirSync(path, { recursive: true }).reduce(
    (youngest, name) => Math.max(youngest, timeOf(join(path, name)) ?? 0),
    own,
  );
}
