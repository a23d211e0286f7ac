// Finds the Node that the project pins and installs the dependencies when they are missing. Runs on Node 20 or later.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const lock = `${root}package-lock.json`;
const installed = `${root}node_modules/.package-lock.json`;
export const pinnedNode = `${root}node_modules/node/bin/node`;

/**
 * Installs what package-lock.json says when nothing is installed or package-lock.json is newer than what is. Not by `npm ci`: it
 * refuses a lock that lacks native packages of other platforms, which npm leaves out where a registry has them not.
 */
export function installDependencies() {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) fail(`Heddle's scripts need Node 20 or later to begin with; this is ${process.version}`);
  if (existsSync(pinnedNode) && existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  if (process.env.HEDDLE_NO_INSTALL === "1" && existsSync(pinnedNode)) return;
  process.stderr.write(`Installing dependencies, the pinned Node ${pinnedVersion()} among them …\n`);
  const { status } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) fail("npm install failed; its messages are above");
}

/** Runs the pinned Node in the foreground; signals are passed on; resolves with its exit code. */
export function runNode(args, env = {}) {
  return run(pinnedNode, args, env);
}

/** Runs a command in the foreground with the terminal; resolves with its exit code (128 + signal when killed). */
export function run(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  const pass = Object.keys(signals).map((name) => [name, () => child.kill(name)]);
  for (const [name, listener] of pass) process.on(name, listener);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const [name, listener] of pass) process.off(name, listener);
      resolve(code ?? 128 + (signals[signal] ?? 9));
    });
  });
}

function pinnedVersion() {
  return JSON.parse(readFileSync(`${root}package.json`, "utf8")).devDependencies.node;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
