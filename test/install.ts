import { spawn } from "node:child_process";
import { access, constants, unlink, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** Something from outside npm that a test or a tool of this repository needs. */
export type Need = Readonly<{
  /** A command's name, looked for on the PATH and in the system folders, or an absolute path of a file. */
  command: string;
  /** True for a file that is read and not run, as a library is. */
  isRead?: boolean;
  /** The Debian package that brings it. */
  debianPackage: string;
  /** Said to the person at the machine: "runs etcd for the test bed". */
  why: string;
}>;

const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The file that `command` would run, or undefined. What is on the PATH is used as it is. */
export const findCommand = (command: string): Promise<string | undefined> => find(command, constants.X_OK);

async function find(command: string, mode: number): Promise<string | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(":"), ...systemFolders].filter(Boolean);
  const candidates = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command));
  for (const candidate of candidates) {
    if (await isThere(candidate, mode)) return candidate;
  }
  return undefined;
}

const isThere = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/**
 * Makes sure that every need is there, installing Debian packages as root after saying which and why.
 * No service is started. HEDDLE_NO_INSTALL=1 prevents it.
 * Resolves to undefined when all is there, else to the reason why not with the command that a person can run.
 */
export async function install(needs: readonly Need[]): Promise<string | undefined> {
  const missing = await missingOf(needs);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((need) => need.debianPackage))];
  const wanted = `missing: ${missing.map((need) => `${need.command} (${need.why})`).join(", ")}`;
  const byHand = `apt-get install ${packages.join(" ")}`;
  if (process.env["HEDDLE_NO_INSTALL"] === "1") return `${wanted}; HEDDLE_NO_INSTALL=1 is set; run: ${byHand}`;
  if (process.getuid?.() !== 0) return `${wanted}; not root; run: sudo ${byHand}`;
  if ((await findCommand("apt-get")) === undefined) return `${wanted}; there is no apt-get on this machine`;
  console.error(`Installing ${packages.join(", ")} by apt. ${wanted}.`);
  const failure = await withoutServices(() => aptInstall(packages));
  const still = await missingOf(needs);
  if (still.length === 0) return undefined;
  return `missing: ${still.map((need) => need.command).join(", ")}; ${failure ?? "the packages did not bring it"}; run: ${byHand}`;
}

async function missingOf(needs: readonly Need[]): Promise<readonly Need[]> {
  const { R_OK, X_OK } = constants;
  const found = await Promise.all(needs.map(({ command, isRead }) => find(command, isRead === true ? R_OK : X_OK)));
  return needs.filter((_, index) => found[index] === undefined);
}

async function aptInstall(packages: readonly string[]): Promise<string | undefined> {
  // Another apt may be at work: wait for its lock rather than fail.
  const common = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  const updated = await aptGet([...common, "update"]);
  return (await aptGet([...common, "--no-install-recommends", "install", ...packages])) ?? updated;
}

function aptGet(args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const child = spawn("apt-get", args, { stdio: ["ignore", "ignore", "pipe"], env });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(code === 0 ? undefined : `apt-get said: ${said.trim()}`));
  });
}

/** Debian asks this file whether a package may start its service; 101 is no. One that is there already stays. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const policy = "/usr/sbin/policy-rc.d";
  const made = await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" }).then(
    () => true,
    () => false,
  );
  try {
    return await work();
  } finally {
    if (made) await unlink(policy);
  }
}
